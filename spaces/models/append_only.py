"""Rows that are written once: the log, and the decisions of moderators."""

from typing import Any, NoReturn, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model, covariant=True)


class AppendOnlyError(TypeError):
    """An attempt to change or delete a row that may only be added."""


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """A query whose rows can be added and read, but not changed or deleted."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("these rows are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("these rows are never deleted one by one; retention removes what they belong to")


class AppendOnlyModel(models.Model):
    """A model whose rows are saved once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("these rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("these rows are never deleted one by one; retention removes what they belong to")
