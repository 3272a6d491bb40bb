"""A person with a browser, for programs that log people in over real HTTP."""

import html
import re
from typing import Final
from urllib.parse import urlsplit

import requests

from accounts.models import User
from accounts.services import IssuedApp, register_app
from tests.support.browser import PASSWORD

BACK: Final = "http://127.0.0.1:4000/back"
SCOPES: Final = (
    "tweet.read", "tweet.write", "users.read", "follows.read", "follows.write", "offline.access", "space.read",
    "like.read", "list.read", "mute.read", "bookmark.read", "block.read", "media.write", "timeline.read", "users.email",
)  # fmt: skip
"""What programs ask for, in the order of X's own examples."""
_FIELD: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


def app_of(owner: User, *, is_public: bool = False) -> IssuedApp:
    return register_app(user=owner, name="Reader", redirect_uris=BACK, is_public=is_public)


def with_password(user: User) -> str:
    """Give a person the password of tests, and return the username that goes with it."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user.username


def approves(address: str, *, house: str, username: str, allow: bool = True) -> str:
    """Open an app's link as a person who is not logged in does, and return the address they are sent back to.

    The link is X's; what is changed is its host.
    """
    asked = urlsplit(address)
    with requests.Session() as browser:
        form = browser.get(f"{house}{asked.path}?{asked.query}", timeout=20)
        credentials = {"login": username, "password": PASSWORD}
        consent = browser.post(form.url, {**_hidden(form.text), **credentials}, timeout=20)
        assert "/oauth2/authorize" in consent.url, consent.url
        decision = {"allow": "Authorize"} if allow else {}
        sent = browser.post(consent.url, {**_hidden(consent.text), **decision}, allow_redirects=False, timeout=20)
    assert sent.status_code == 302, sent.text
    return sent.headers["Location"]


def _hidden(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _FIELD.findall(page)}
