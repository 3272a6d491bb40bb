"""Request types for views of this app and the apps above it, with what the middleware adds."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PageRequest(HttpRequest):
    htmx: HtmxDetails


class PersonRequest(PageRequest):
    """A request behind `login_required`: its user is a `User`."""

    user: User


def reader_of(request: HttpRequest) -> User | None:
    """Return the user of a request to a page that visitors may read, too. None for a visitor."""
    return request.user if request.user.is_authenticated else None
