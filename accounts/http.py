"""Requests as views of this and the upper apps see them, behind the middleware that adds to them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PageRequest(HttpRequest):
    htmx: HtmxDetails


class PersonRequest(PageRequest):
    """Behind `login_required`."""

    user: User
