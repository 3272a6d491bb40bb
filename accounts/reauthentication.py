"""A session alone is not as good as the password: what hands over the account asks for it again."""

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest

from spaces_project.common.errors import Refused

View = TypeVar("View", bound=Callable[..., Any])


def asks_again(view: View) -> View:
    """Ask the user of a page for their password or second factor first; what was sent is done after that."""
    asked: View = reauthentication_required(view)
    return asked


def require_reauthenticated(request: HttpRequest) -> None:
    """Raise `Refused` `reauthenticate` where the user of this session did not prove lately who they are.

    Pages use allauth's decorator, which asks at once; this is for the API, where our own pages call by their session.
    """
    if not did_recently_reauthenticate(request):
        raise Refused("reauthenticate", "Confirm your identity first.", url="/accounts/reauthenticate/")
