"""A text that is far too long is refused by its length, before anything is done for each of its characters."""

import unicodedata
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.finding import search_users
from accounts.models import DISPLAY_NAME_MAX, User
from accounts.services import create_personal_token, update_profile
from spaces import services
from spaces.models import TEXT_LENGTH, TITLE_LENGTH, Decision
from spaces.moderation import services as moderation
from spaces.moderation import word_filter
from spaces.moderation.services.word_list import add_word
from spaces.states import Verdict
from spaces_project.common import text
from spaces_project.common.errors import BadInput
from spaces_project.common.text import RAW_PER_CHARACTER, clean_line, clean_text
from tests.factories import UserFactory
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene
from timeline.links import post_id_of

pytestmark = [
    pytest.mark.security("C2"),
    pytest.mark.asvs("1.3.3"),
    pytest.mark.asvs("2.4.1"),
    pytest.mark.django_db,
    pytest.mark.redis,
]

LONG = "Long plain text, ä. " * 3_000


@pytest.fixture(autouse=True)
def lengths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect how many characters of each text reached the normalisation."""
    lengths: list[int] = []

    def normalize(form: str, given: str) -> str:
        lengths.append(len(given))
        return unicodedata.normalize("NFKC" if form == "NFKC" else "NFC", given)

    for module in (text, word_filter):
        monkeypatch.setattr(module, "unicodedata", _Watched(normalize))
    return lengths


class _Watched:
    def __init__(self, normalize: object) -> None:
        self.normalize = normalize

    def __getattr__(self, name: str) -> object:
        return getattr(unicodedata, name)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


DOORS = {
    "post": ("/compose", "text", "host"),
    "title": ("/i/spaces", "title", "outsider"),
    "message": ("/messages/{host}", "text", "outsider"),
    "Fleet": ("/fleets", "text", "host"),
    "report": ("/i/report?space={id}", "text", "outsider"),
    "name": ("/settings/profile", "display_name", "host"),
    "about": ("/settings/profile", "bio", "host"),
    "token": ("/settings/apps/tokens", "name", "host"),
    "pin": ("/i/spaces/{id}/pins/add", "post", "host"),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_page_refuses_a_long_text_by_its_length(scene: Scene, lengths: list[int], door: str) -> None:
    address, field, who = DOORS[door]
    address = address.format(host=scene.host.username, id=scene.id)
    fields = {field: LONG, "space": scene.id, "reason": "spam"}
    answer = signed_in(getattr(scene, who)).post(address, fields)
    assert answer.status_code < 500 and LONG[:200] not in answer.headers.get("Location", "")
    assert not [length for length in lengths if length > RAW_PER_CHARACTER * 280]


def test_a_form_of_many_kilobytes_is_not_read(scene: Scene) -> None:
    assert signed_in(scene.host).post("/compose", {"text": LONG * 10}).status_code in (400, 413)


def test_a_long_search_finds_nobody(scene: Scene, lengths: list[int]) -> None:
    client = signed_in(scene.host)
    assert search_users(query=LONG).items == []
    for page in (f"/i/spaces?q={LONG[:5000]}", f"/i/people?q={LONG[:5000]}", f"/i/spaces/{scene.id}/invitations"):
        assert client.get(page).status_code < 500
    assert max(lengths, default=0) <= RAW_PER_CHARACTER * DISPLAY_NAME_MAX


def test_a_long_handle_is_no_page(client: Client, db: None) -> None:
    assert client.get(f"/{'a' * 5000}").status_code == 404


def test_a_long_address_is_no_post() -> None:
    assert post_id_of("http://" + LONG) is None


def refusal(scene: Scene, verb: str) -> str:
    judge = moderator()
    verbs: dict[str, Callable[[], object]] = {
        "appeal": lambda: moderation.appeal(decision_id=_decision(scene, judge).pk, user=scene.speaker, text=LONG),
        "update": lambda: services.update_space(public_id=scene.id, user=scene.host, title=LONG),
        "profile": lambda: update_profile(user=scene.host, display_name="", bio=LONG, protected=False),
        "token": lambda: create_personal_token(user=scene.host, name=LONG, scopes=["space.read"], days=30),
        "word": lambda: add_word(user=moderator(senior=True), text=LONG),
    }
    with pytest.raises(BadInput) as caught:
        verbs[verb]()
    return caught.value.code


@pytest.mark.parametrize("verb", ["appeal", "update", "profile", "token", "word"])
def test_a_verb_refuses_a_long_text_by_its_length(scene: Scene, lengths: list[int], verb: str) -> None:
    assert refusal(scene, verb) in {"too_long", "bad_title"}
    assert max(lengths, default=0) <= RAW_PER_CHARACTER * TEXT_LENGTH


def _decision(scene: Scene, judge: User) -> Decision:
    report = moderation.report_person(
        user=scene.listener, person_id=scene.speaker.pk, reason="abuse", public_id=scene.id
    )
    return moderation.decide_report(report_id=report.pk, user=judge, verdict=Verdict.WARN, reason="")


@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_exactly_four_times_the_limit_is_cleaned(clean: Callable[..., str]) -> None:
    assert clean("ä" * RAW_PER_CHARACTER * TITLE_LENGTH, limit=TITLE_LENGTH)
    with pytest.raises(BadInput, match="Use at most 70"):
        clean("ä" * (RAW_PER_CHARACTER * TITLE_LENGTH + 1), limit=TITLE_LENGTH)


def test_marks_in_a_row_never_reach_the_normalisation_as_one_long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def normalize(form: str, given: str) -> str:
        seen.append(given)
        return unicodedata.normalize("NFKC" if form == "NFKC" else "NFC", given)

    monkeypatch.setattr(text, "unicodedata", _Watched(normalize))
    clean_line("a" + "\u0301" * 900, limit=280)
    assert seen and max(map(len, seen)) <= 32


def test_a_caption_is_searched_for_words_up_to_a_bound(lengths: list[int]) -> None:
    word_filter.found_in(LONG)
    assert max(lengths) <= word_filter.LONGEST


def test_somebody_with_a_long_name_is_refused_at_sign_up(client: Client) -> None:
    UserFactory.create()
    fields = {"username": "ada", "email": "a@example.test", "password1": "a-long-pass-word-1", "display_name": LONG}
    assert client.post("/accounts/signup/", fields).status_code == 200
    assert not User.objects.filter(username="ada").exists()
