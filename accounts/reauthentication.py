"""Reauthentication: a session alone does not prove as much as the password, so actions that could hand over the
account ask for it again."""

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _

from spaces_project.common.errors import Refused

View = TypeVar("View", bound=Callable[..., Any])


def asks_again(view: View) -> View:
    """Wrap a view so that the user first enters their password or second factor.

    The submitted form is then processed.
    """
    asked: View = reauthentication_required(view)
    return asked


def require_reauthenticated(request: HttpRequest) -> None:
    """Raise `Refused` `reauthenticate` if the user of this session has not entered their password or second factor
    recently.

    This is for the API, which our own pages call with their session. Pages use allauth's decorator, which asks at once.
    """
    if not did_recently_reauthenticate(request):
        raise Refused("reauthenticate", _("Confirm your identity first."), url="/accounts/reauthenticate/")
