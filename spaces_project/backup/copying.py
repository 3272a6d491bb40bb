"""Copy the database of this site into another one, and compare the two before the copy is committed."""

from contextlib import ExitStack
from typing import Final

from django.db import transaction
from django.db.models import Model

from .errors import BackupError
from .rows import Digest, digest_rows, one_moment, read_rows, replace_rows, stored_models

SHOWN: Final = 5


def copy_database(source: str, target: str) -> dict[str, int]:
    """Copy every row from one database to the other, which has the same tables. Return the rows of each model.

    Number and content of the rows of every model are compared afterwards. Unless they agree the other database stays
    as it was. Raise `BackupError`.
    """
    with ExitStack() as stack:
        stack.enter_context(one_moment(source))
        stack.enter_context(transaction.atomic(using=target))
        replace_rows(lambda model: read_rows(model, using=source), using=target)
        compared = {model: (_digest(model, source), _digest(model, target)) for model in stored_models()}
        _require_equal(compared)
    return {model._meta.label: here.rows for model, (here, _there) in compared.items()}


def _digest(model: type[Model], using: str) -> Digest:
    return digest_rows(read_rows(model, using=using))


def _require_equal(compared: dict[type[Model], tuple[Digest, Digest]]) -> None:
    differ = [
        f"{model._meta.label} ({here.rows} rows, {there.rows} arrived)"
        for model, (here, there) in compared.items()
        if here != there
    ]
    if differ:
        raise BackupError("copy_differs", f"The copy differs, so nothing was kept: {', '.join(differ[:SHOWN])}.")
