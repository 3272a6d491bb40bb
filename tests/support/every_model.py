"""Give every model at least one row, for tests of what must know them all: backups and copies of the database."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.query import QuerySet

from spaces_project.backup.rows import columns, stored_models

WORD = "row"
VALUES: "dict[type[models.Field[Any, Any]], Any]" = {
    models.BooleanField: True,
    models.DateTimeField: datetime.datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=datetime.UTC),
    models.DateField: datetime.date(2026, 3, 29),
    models.TimeField: datetime.time(1, 30, 0, 123457),
    models.DurationField: datetime.timedelta(seconds=1, microseconds=7),
    models.UUIDField: uuid.UUID(int=7),
    models.JSONField: {"a": [1, "ü"]},
    models.DecimalField: Decimal("1.5"),
    models.FloatField: 1.25,
    models.BinaryField: b"\x00\xff",
    models.GenericIPAddressField: "2001:db8::1",
    models.IntegerField: 1,
    models.CharField: WORD,
    models.TextField: WORD,
    models.FileField: WORD,
}


LATER = {"ends_ms": 2}
"""Values of fields that the database wants to be greater than another one's."""


def fill() -> None:
    """Add rows until every model has one. Raise IntegrityError for a model that takes none of those tried."""
    waiting = [model for model in stored_models() if not QuerySet(model).exists()]
    while waiting:
        left = [model for model in waiting if not _add(model)]
        if len(left) == len(waiting):
            raise IntegrityError(f"no row for {[model._meta.label for model in left]}")
        waiting = left


def _add(model: type[models.Model]) -> bool:
    try:
        used: dict[Any, int] = {}
        values = {field.attname: _value(field, used) for field in columns(model)}
    except LookupError:  # a row that it refers to comes later
        return False
    try:
        with transaction.atomic():
            fields = [field for field in columns(model) if not isinstance(field, models.AutoField)]
            QuerySet(model)._insert([model(**values)], fields=fields, raw=True, using="default")  # type: ignore[attr-defined]
    except IntegrityError as error:
        print(model._meta.label, error)
        return False
    return True


def _value(field: "models.Field[Any, Any]", used: dict[Any, int]) -> Any:
    if isinstance(field, models.ForeignKey):
        return _key(field, used)
    if isinstance(field, models.AutoField):
        return None
    if field.attname in LATER:
        return LATER[field.attname]
    if field.choices:
        return field.flatchoices[0][0]
    if field.has_default():
        return field.get_default()
    return next((value for kind, value in VALUES.items() if isinstance(field, kind)), WORD)


def _key(field: "models.ForeignKey[Any, Any]", used: dict[Any, int]) -> Any:
    """Return a key of the related model, and another one for each further field that refers to it."""
    related: Any = field.related_model
    found = list(QuerySet(related).order_by("pk").values_list(field.target_field.attname, flat=True)[:3])
    if not found and not field.null:
        raise LookupError(field)
    place = used[related] = used.get(related, -1) + 1
    return found[place % len(found)] if found else None
