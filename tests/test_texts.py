"""What people read is plain: the better words of a review hold, and the old manner does not come back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APPS = ("accounts", "captions", "spaces", "spaces_project", "timeline")

# Where it is said, and the whole of what is said there.
BETTER = [
    ("spaces/rules/hosting.py", "Hosting opens at {needed} followers. You have"),
    (
        "templates/spaces/_create.html",
        "Until then: listen, ask for the microphone, or ask the people who run this site.",
    ),
    (
        "templates/spaces/_create.html",
        "Automatic captions, so that people who cannot hear can follow. Please allow them. Every speaker",
    ),
    ("templates/captions/_consent.html", "Show what you say as text under your name?"),
    ("templates/captions/_consent.html", "Kept 30 days. You can stop it under More."),
    ("templates/spaces/_room.html", "Minimise: the sound goes on"),
    ("templates/timeline/home.html", "Tap it to listen. Their posts appear here."),
    ("templates/timeline/home.html", "People to follow"),
    ("timeline/static/timeline/js/composer.js", '"Posted."'),
    ("timeline/static/timeline/js/fleet-composer.js", '"Shared for 24 hours."'),
    ("templates/accounts/apps.html", "Connected apps"),
    ("templates/accounts/apps.html", "No app has access to your account."),
    ("accounts/forms.py", "We remove the location and camera details from the file."),
    ("timeline/models/notification.py", "Moderators made a decision about your account"),
    ("accounts/adapter.py", "That username is taken."),
    ("templates/account/email/email_confirmation_subject.txt", "Confirm your address for {{ site_name }}"),
    ("spaces/static/spaces/js/manage/manage-rows.js", "Make listener"),
    ("spaces_project/common/http.py", "Too many requests"),
    ("spaces_project/common/http.py", "You can't do that"),
    ("spaces_project/common/http.py", "Page not found"),
    ("spaces_project/common/http.py", "Temporarily unavailable"),
    ("timeline/services/invitations.py", "No user with that name."),
    ("spaces/doors/pages/forms.py", "Choose topics from the list."),
    ("accounts/views/apps.py", "The app's access has been revoked."),
    ("spaces/doors/api/v1/requests.py", '"""Decline the request of a listener."""'),
    ("spaces/doors/api/v1/requests.py", '"""Decline many requests."""'),
    ("spaces/doors/api/v1/roles.py", '"""Decline the co-host role."""'),
    ("spaces/doors/api/v1/spaces.py", '"""Cancel the reminder."""'),
    ("accounts/api/v1/views.py", '"""Unsubscribe."""'),
]
OLD = [
    "Not far to your first Space",
    "followers to go: ",
    "keeps playing while",
    "What they post stands here",
    "Whom to follow",
    "Your post is out",
    "Your Fleet is out",
    "Apps you let in",
    "No app may do anything for you",
    "Its place and camera data",
    "decided about you",
    "Take the mic",
    "Slowly, please",
    "This is not possible",
    "This page is not here",
    "away for a moment",
    "while you walk around",
    "nobody of that name",
    "topics of the list",
    "can do nothing for you any more",
    "This house",
]
MANNER = re.compile(r"\b(whoever|whomever|whom|somebody|anew|ere|thereof|one's own|oneself)\b", re.IGNORECASE)


def templates() -> Iterator[tuple[str, str]]:
    """Return the words of templates, without comments, tags and attributes that readers do not see."""
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", path.read_text(), flags=re.DOTALL)
        yield str(path.relative_to(ROOT)), re.sub(r"\{[{%].*?[}%]\}", " ", text, flags=re.DOTALL)


def scripts() -> Iterator[tuple[str, str]]:
    """Texts in double quotes and backticks of our JavaScript."""
    for app in APPS:
        for path in sorted((ROOT / app).glob("**/static/**/*.js")):
            text = re.sub(r"/\*.*?\*/|^\s*//.*?$|\s//\s.*?$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
            yield str(path.relative_to(ROOT)), "\n".join(re.findall(r'"[^"\n]*"|`[^`\n]*`', text))


def python() -> Iterator[tuple[str, str]]:
    """Texts of Python in double quotes that are sentences or labels, and summaries of API operations."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            text = path.read_text()
            said = re.findall(r'(?<!")"([A-Z][^"\n]* [^"\n]*)"(?!")', text)
            summaries = re.findall(r'@operation\(.*?"""(.*?)"""', text, flags=re.DOTALL)
            yield str(path.relative_to(ROOT)), "\n".join(said + summaries)


@pytest.mark.parametrize(("path", "words"), BETTER)
def test_the_better_words_stand_where_they_are_read(path: str, words: str) -> None:
    assert words in (ROOT / path).read_text()


@pytest.mark.parametrize("said", [templates, scripts, python], ids=["templates", "scripts", "python"])
def test_the_old_words_and_their_manner_are_gone(said: object) -> None:
    assert callable(said)
    found = [
        f"{path}: {line.strip()[:120]}"
        for path, text in said()
        for line in text.splitlines()
        if MANNER.search(line) or any(old in line for old in OLD)
    ]
    assert not found, "\n".join(found)
