"""Read and write all rows of a database, in a form that every database takes."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.models import CharField, Field, JSONField, Model, TextField
from django.db.models.query import QuerySet

from .errors import BackupError

Row = list[Any]
Rows = Callable[[type[Model]], Iterable[Row]]

CHUNK: Final = 500
COMPLAINTS: Final = 20


class Digest(NamedTuple):
    """The number of rows, and a sum of their checksums: databases sort text differently."""

    rows: int
    content: int


def stored_models() -> list[type[Model]]:
    """Return every model with a table, also the tables between two models."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def columns(model: type[Model]) -> list["Field[Any, Any]"]:
    """Return the fields that are columns of the model's own table. The database computes generated ones itself."""
    return [field for field in model._meta.local_concrete_fields if not getattr(field, "generated", False)]


def read_rows(model: type[Model], *, using: str = "default") -> Iterator[Row]:
    """Yield the rows of a model, each as JSON takes it, in the order of their keys."""
    fields = columns(model)
    instance: Model
    for instance in QuerySet(model, using=using).order_by("pk").iterator(chunk_size=CHUNK):
        yield [_plain(field, instance) for field in fields]


def _plain(field: "Field[Any, Any]", instance: Model) -> Any:
    # `value_to_string` keeps microseconds and makes bytes text. It would turn None into the word.
    return None if field.value_from_object(instance) is None else field.value_to_string(instance)


def digest_rows(rows: Iterable[Row]) -> Digest:
    """Return a digest that is the same for the same rows in any order."""
    count = content = 0
    for row in rows:
        # PostgreSQL sorts the keys of JSON.
        text = msgspec.json.encode(row, order="deterministic")
        content += int.from_bytes(hashlib.sha256(text).digest())
        count += 1
    return Digest(count, content % 2**256)


def replace_rows(rows: Rows, *, using: str = "default") -> int:
    """Replace everything in the database by these rows, all or nothing, and return how many there are.

    Foreign keys are checked at the end of the transaction, so the order of the tables does not matter. Raise
    `BackupError` with the rows that the database does not take.
    """
    connection = connections[using]
    models = stored_models()
    complaints: list[str] = []
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
        for model in models:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - our name
        written = sum(_write(model, rows(model), using, complaints) for model in models)
        _require_none(complaints)
        _check_references(using)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    return written


def _require_none(complaints: list[str]) -> None:
    if complaints:
        raise BackupError(
            "rows_refused",
            "The database does not take these rows; mend them first.\n" + "\n".join(complaints[:COMPLAINTS]),
        )


def _check_references(using: str) -> None:
    try:
        connections[using].check_constraints()
    except DatabaseError as error:
        _require_none([f"a row refers to one that does not exist: {error}".strip()])


def _write(model: type[Model], rows: Iterable[Row], using: str, complaints: list[str]) -> int:
    fields = columns(model)
    size = connections[using].ops.bulk_batch_size(fields, range(CHUNK))
    instances = (_instance(model, fields, row, using, complaints) for row in rows)
    written = 0
    while chunk := list(islice(instances, max(1, min(size, CHUNK)))):
        if not complaints:
            _insert(model, chunk, fields, using, complaints)
        written += len(chunk)
    return written


def _insert(
    model: type[Model], chunk: list[Model], fields: "list[Field[Any, Any]]", using: str, complaints: list[str]
) -> None:
    try:
        with transaction.atomic(using=using):
            # Raw: neither signals nor the "now" of automatic times.
            QuerySet(model, using=using)._insert(chunk, fields=fields, raw=True, using=using)  # type: ignore[attr-defined]
    except (DatabaseError, ValidationError) as error:
        complaints.append(f"{model._meta.label}: {error}".strip())


def _instance(
    model: type[Model], fields: "list[Field[Any, Any]]", row: Row, using: str, complaints: list[str]
) -> Model:
    complaints += [
        f"{model._meta.label} {row[0]}: {wrong}"
        for field, value in zip(fields, row, strict=True)
        for wrong in _wrong(field, value)
    ]
    values = [None if value is None else field.to_python(value) for field, value in zip(fields, row, strict=True)]
    return model.from_db(using, [field.attname for field in fields], values)


def _wrong(field: "Field[Any, Any]", value: Any) -> Iterator[str]:
    """Yield what PostgreSQL refuses in a text and SQLite takes."""
    if isinstance(field, JSONField):
        if "\\u0000" in json.dumps(value):
            yield f"{field.name} has a NUL character"
    elif isinstance(field, CharField | TextField) and isinstance(value, str):
        if "\0" in value:
            yield f"{field.name} has a NUL character"
        if isinstance(field, CharField) and field.max_length is not None and len(value) > field.max_length:
            yield f"{field.name} has {len(value)} characters, {field.max_length} fit"


class one_moment(transaction.Atomic):  # noqa: N801 - used as a function
    """A transaction whose reads all see the database as it was at the start, and which keeps no writer waiting."""

    def __init__(self, using: str) -> None:
        super().__init__(using=using, savepoint=True, durable=False)

    def __enter__(self) -> None:
        connection: Any = connections[self.using or "default"]
        if connection.vendor != "sqlite":
            super().__enter__()
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
            return
        # Our transactions on SQLite are IMMEDIATE and lock the file. This one only reads.
        connection.ensure_connection()
        usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
        try:
            super().__enter__()
        finally:
            connection.transaction_mode = usual
