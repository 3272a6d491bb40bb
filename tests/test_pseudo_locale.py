"""Pages in a language that is English with accents: words without accents come from no catalogue.

The names of people and the titles are Greek here, so each Latin letter without an accent is a word of ours.
`tests/journeys/test_pseudo_locale.py` looks at the same in a browser, where scripts add texts and boxes cut them.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.languages import speaking_to
from accounts.models import User
from spaces import services
from tests.factories import UserFactory
from tests.support import pseudo
from tests.support.bare import html_runs
from tests.support.pseudo import english
from timeline import services as timeline
from timeline.reach import mails, notice

pytestmark = [pytest.mark.django_db, pytest.mark.redis]

TIME_ZONE: Final = re.compile(r"\s*[A-Z]\w+/.+")
PAGES: Final = [
    "/",
    "/ada",
    "/grace",
    "/grace/followers",
    "/compose",
    "/messages",
    "/notifications",
    "/fleets",
    "/i/bookmarks",
    "/i/clips",
    "/i/connection",
    "/i/recordings",
    "/i/spaces",
    "/i/spaces/new",
    "/settings/account",
    "/settings/apps",
    "/settings/calendar",
    "/settings/muted",
    "/settings/notifications",
    "/settings/profile",
    "/settings/sessions",
    "/accounts/2fa/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/no/such/page",
]
VISITORS_PAGES: Final = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/i/offline"]


@pytest.fixture(scope="module", autouse=True)
def _speaks_pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    directory = tmp_path_factory.mktemp("pseudo")
    pseudo.write(directory)
    with override_settings(
        LANGUAGES=[*settings.LANGUAGES, (pseudo.CODE, "[Þšëüðö]")],
        LOCALE_PATHS=[directory / "locale", *settings.LOCALE_PATHS],
        STATICFILES_DIRS=[*settings.STATICFILES_DIRS, directory / "static"],
    ):
        yield


@pytest.fixture
def ada() -> User:
    return UserFactory.create(
        username="ada", display_name="Ἄδα", followers_count=600, language=pseudo.CODE, email="ada@example.org"
    )


@pytest.fixture
def grace(ada: User) -> User:
    """Return a user who has given ada something of each kind to see."""
    grace = UserFactory.create(username="grace", display_name="Χάρις", followers_count=600)
    post = timeline.create_post(author=ada, text="Καλημέρα")
    timeline.create_post(author=grace, text="Καλησπέρα @ada", reply_to_id=post.pk)
    timeline.send_message(sender=ada, to=grace, text="Γεια")
    services.schedule_space(user=grace, title="Νύχτα", when=timezone.now() + timedelta(days=1))
    return grace


def test_a_text_is_longer_and_keeps_its_placeholders() -> None:
    for text in ("Log in", "%(name)s has <b>left</b> the room. ", "Up to {number} people, or {more}.", "100 %% sure"):
        made = pseudo.lengthened(text)
        assert len(made) >= len(text) * 1.2
        assert pseudo.KEPT.findall(made) == pseudo.KEPT.findall(text)
        assert not english(made)
    long = "Until then: listen, ask for the microphone, or ask the people who run this site."
    assert len(pseudo.lengthened(long)) >= 1.4 * len(long)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_no_text_that_no_catalogue_has(address: str, ada: User, grace: User) -> None:
    client = Client(headers={"accept-language": pseudo.CODE})
    client.force_login(ada)
    assert_translated(client, address)


@pytest.mark.parametrize("address", VISITORS_PAGES)
def test_a_page_for_visitors_has_no_text_that_no_catalogue_has(address: str) -> None:
    assert_translated(Client(headers={"accept-language": pseudo.CODE}), address)


@pytest.mark.parametrize("person", ["ada", "grace", None])
def test_the_page_of_a_space_has_no_text_that_no_catalogue_has(person: str | None, ada: User, grace: User) -> None:
    space = services.create_space(user=ada, title="Ὥρα")
    client = Client(headers={"accept-language": pseudo.CODE})
    if person:
        User.objects.update(language=pseudo.CODE)
        client.force_login(User.objects.get(username=person))
    assert_translated(client, space.get_absolute_url())


@pytest.mark.parametrize("page", ["", "/statistics"])
def test_the_page_of_a_space_that_ended_has_no_text_that_no_catalogue_has(page: str, ada: User, grace: User) -> None:
    space = services.create_space(user=ada, title="Ὥρα")
    services.end_space(public_id=space.public_id, user=ada)
    client = Client(headers={"accept-language": pseudo.CODE})
    client.force_login(ada)
    assert_translated(client, space.get_absolute_url() + page)


@pytest.mark.parametrize("person", ["ada", "grace"])
def test_the_page_of_a_scheduled_space_has_no_text_that_no_catalogue_has(person: str, ada: User, grace: User) -> None:
    User.objects.update(language=pseudo.CODE)
    client = Client()
    client.force_login(User.objects.get(username=person))
    assert_translated(client, grace.created_spaces.get().get_absolute_url())


def test_the_form_of_a_report_has_no_text_that_no_catalogue_has(ada: User, grace: User) -> None:
    client = Client(headers={"accept-language": pseudo.CODE})
    client.force_login(ada)
    assert_translated(client, f"{reverse('report')}?person={grace.pk}")


def test_a_mail_about_a_space_has_no_text_that_no_catalogue_has(ada: User, grace: User) -> None:
    space = services.create_space(user=grace, title="Ὥρα")
    with speaking_to(ada):
        sent = mails.written(notice.live(space), ada)
    assert sent is not None
    texts, attributes = html_runs(str(sent.alternatives[0][0]))
    for text in (str(sent.subject), str(sent.body), " ".join(texts), *attributes):
        assert not english(text), text


def test_a_mail_has_no_text_that_no_catalogue_has(ada: User) -> None:
    client = Client(headers={"accept-language": pseudo.CODE})
    client.post(reverse("account_reset_password"), {"email": ada.email})
    (sent,) = mail.outbox
    words = english(str(sent.subject)) + english(str(sent.body))
    assert not words


def assert_translated(client: Client, address: str) -> None:
    answer = client.get(address)
    page = answer.text
    assert f'lang="{pseudo.CODE[:3]}XA"' in page, answer.status_code
    flow, attributes = html_runs(page)
    words = [
        *english(" ".join(run for run in flow if not TIME_ZONE.match(run))),
        *(word for run in attributes for word in english(run)),
    ]
    assert not words, f"{address}: {words}"
