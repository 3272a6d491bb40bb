"""What of a deleted account lies where no foreign key reaches it."""

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
    """Before the account goes. An open report about the person keeps what it shows until it is decided: the law lets a
    site answer it.

    The words that a decision took down go from the record, which is otherwise never changed; that it was made stays.
    """
    mine = Q(person=user) | Q(reporter=user)
    decided = Report.objects.filter(mine, state=ReportState.DECIDED)
    decided.update(text="", shown={})
    Report.objects.filter(reporter=user, state=ReportState.OPEN).update(text="")
    Decision._base_manager.filter(target=user).update(before={}, after={}, reason="", note="")
    _forget_name(user)
    _forget_titles(user)


def _forget_name(user: "User") -> None:
    """Reports about others show who was on the stage, and whose Space it was."""
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
    """The log of webhooks has a copy of each title, those of the whole site too."""
    spaces = Space.objects.filter(Q(creator=user) | Q(host=user))
    scrub_deliveries(space_ids=list(spaces.values_list("public_id", flat=True)))
