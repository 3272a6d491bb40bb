"""What of a deleted account lies where no foreign key reaches it."""

from typing import TYPE_CHECKING

from django.db.models import Q

from spaces.models import Decision, Report
from spaces.states import ReportState

if TYPE_CHECKING:
    from accounts.models import User


def forget_person(*, user: "User") -> None:
    """Before the account goes. An open report keeps what it shows until it is decided: the law lets a site answer it.

    The words that a decision took down go from the record, which is otherwise never changed; that it was made stays.
    """
    mine = Q(person=user) | Q(reporter=user)
    decided = Report.objects.filter(mine, state=ReportState.DECIDED)
    decided.update(text="", shown={})
    Report.objects.filter(reporter=user, state=ReportState.OPEN).update(text="")
    Decision._base_manager.filter(target=user).update(before={}, after={}, reason="", note="")
