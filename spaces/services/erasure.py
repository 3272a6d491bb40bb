"""Deleting the data of an account that no foreign key reaches."""

from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from accounts.services import scrub_deliveries
from spaces.models import Decision, Report, Space
from spaces.states import ReportState

if TYPE_CHECKING:
    from accounts.models import User


GONE = "[deleted]"


def forget_person(*, user: "User") -> None:
    """Delete what tells of `user`, before the account is deleted.

    An open report about the user keeps what it shows until it is decided: the law lets a site answer it. The words that
    a decision took down are deleted from the record, which is otherwise never changed. That the decision was made
    stays.
    """
    mine = Q(person=user) | Q(reporter=user)
    decided = Report.objects.filter(mine, state=ReportState.DECIDED)
    decided.update(text="", shown={})
    Report.objects.filter(reporter=user, state=ReportState.OPEN).update(text="")
    Decision._base_manager.filter(target=user).update(before={}, after={}, reason="", note="")
    _forget_name(user)
    _forget_titles(user)


def _forget_name(user: "User") -> None:
    """Replace the username in reports about others: these show who was on the stage, and who hosted the Space."""
    about_others = Report.objects.annotate(words=Cast("shown", TextField())).exclude(person=user)
    for report in about_others.filter(words__icontains=user.username):
        report.shown = _without(report.shown, user.username)
        report.save(update_fields=["shown"])


def _without(shown: dict[str, Any], username: str) -> dict[str, Any]:
    stage = [_renamed(holder, "username", username) for holder in shown.get("stage", [])]
    space = shown.get("space", {})
    if space.get("host") == username:
        space = space | {"host": GONE, "title": ""}
    parts = {"stage": stage, "space": space}
    return shown | {name: part for name, part in parts.items() if name in shown}


def _renamed(row: dict[str, Any], field: str, username: str) -> dict[str, Any]:
    return row | {field: GONE} if row.get(field) == username else row


def _forget_titles(user: "User") -> None:
    """Delete the titles of the user's Spaces from the log of webhooks. It has a copy of each, also for webhooks of the
    whole site."""
    spaces = Space.objects.filter(Q(creator=user) | Q(host=user))
    scrub_deliveries(space_ids=list(spaces.values_list("public_id", flat=True)))
