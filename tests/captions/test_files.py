"""Captions as files: what is in them, whether others can read them, and who may."""

import re
from datetime import date
from email.message import Message
from functools import partial
from typing import TYPE_CHECKING

import pytest
import webvtt
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings
from webvtt.models import Caption

from accounts.models import User
from accounts.services import block_user
from captions import selectors, services
from captions.files import FORMATS, Cue, Heading, cues_of
from captions.files.cues import LONGEST, SHORTEST_MS
from captions.models import Utterance
from spaces.models import Space
from spaces.services import end_space
from spaces_project.common.text import clean_line
from tests.captions.conftest import Speak, finish
from tests.spaces.scene import Scene

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

HEADING = Heading("Open audio hour", date(2026, 5, 3))
ADA = Cue(1_000, 2_500, "Ada <b> & Co", "a --> b & <c>")
ALAN = Cue(3_600_000, 3_601_000, "Alan", "hello")

anything = st.text(max_size=60)
times = st.integers(min_value=0, max_value=170_000_000)
# Names come cleaned out of their fields. webvtt-py gives neither names nor texts back without their escapes.
names = anything.map(partial(clean_line, limit=4_000)).filter(bool)


# The first text that a process generates takes Hypothesis a second: it counts Unicode first.
patient = hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def write(kind: str, *cues: Cue) -> str:
    return FORMATS[kind].write(HEADING, cues)


def parsed(*cues: Cue) -> list[Caption]:
    captions: list[Caption] = list(webvtt.from_string(write("vtt", *cues)))
    return captions


def test_webvtt_names_the_voice() -> None:
    caption = parsed(ALAN)[0]
    assert (caption.start, caption.end, caption.voice, caption.text) == (
        "01:00:00.000",
        "01:00:01.000",
        "Alan",
        "hello",
    )


def test_webvtt_escapes_what_would_be_markup() -> None:
    assert "<v Ada &lt;b&gt; &amp; Co>a --&gt; b &amp; &lt;c&gt;</v>" in write("vtt", ADA)
    assert len(parsed(ADA)) == 1


@pytest.mark.security("A21")
@pytest.mark.asvs("1.2.1")
def test_subrip_numbers_its_cues() -> None:
    assert write("srt", ADA, ALAN) == (
        "1\n00:00:00,000 --> 00:00:03,000\nAutomatic captions, may be wrong.\n\n"
        "2\n00:00:01,000 --> 00:00:02,500\nAda \u2039b\u203a & Co: a --\u203a b & \u2039c\u203a\n\n"
        "3\n01:00:00,000 --> 01:00:01,000\nAlan: hello\n"
    )


@pytest.mark.security("A21", "C26")
@pytest.mark.parametrize(
    "markup", ["<i>", "{\\an8}", "00:00:01,000 --> 00:00:02,000", "a\\Nb", "{y:i}", "<font color=red>"]
)
def test_nothing_in_subrip_is_markup_for_a_player(markup: str) -> None:
    text = write("srt", Cue(0, 1_000, f"Ada {markup}", f"hello {markup}")).replace("\n", " ")
    without_timings = re.sub(r"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", "", text, count=2)
    assert not set("<>{}\\") & set(without_timings)


@pytest.mark.security("A17")
@pytest.mark.parametrize("kind", FORMATS)
def test_two_voices_at_once_are_in_order(kind: str) -> None:
    cues = [Cue(1_000, 3_000, "Ada", "first"), Cue(5_000, 6_000, "Ada", "third"), Cue(2_000, 4_000, "Alan", "second")]
    text = write(kind, *cues)
    assert text.index("first") < text.index("second") < text.index("third")


@pytest.mark.security("A17")
def test_a_cue_is_long_enough_to_be_seen() -> None:
    [cue] = cues_of(name="Ada", text="yes", start_ms=500, end_ms=500, words=[])
    assert cue.end_ms - cue.start_ms == SHORTEST_MS


@pytest.mark.security("A25")
def test_one_who_talks_alone_gets_paragraphs() -> None:
    every_ten_seconds = [Cue(at, at + 9_000, "Ada", f"at {at}") for at in range(0, 120_000, 10_000)]
    after_a_pause = Cue(140_000, 141_000, "Ada", "later")
    lines = write("txt", *every_ten_seconds, after_a_pause).splitlines()[3:]
    assert [line[:8] for line in lines] == ["00:00:00", "00:01:00", "00:02:20"]


def test_plain_text_has_a_line_for_each_turn() -> None:
    more = Cue(3_602_000, 3_603_000, "Alan", "there")
    assert write("txt", ADA, ALAN, more).splitlines() == [
        "Open audio hour, 2026-05-03",
        "Automatic captions, may be wrong.",
        "",
        "00:00:01 Ada <b> & Co: a --> b & <c>",
        "01:00:00 Alan: hello there",
    ]


@pytest.mark.parametrize("kind", ["srt", "txt"])
def test_text_from_right_to_left_has_a_direction_of_its_own(kind: str) -> None:
    text = write(
        kind, Cue(0, 1_000, "Ada", "\u0645\u0631\u062d\u0628\u0627."), Cue(2_000, 3_000, "\u05e2\u05d3\u05d4", "hello.")
    )
    assert "Ada: \u2068\u0645\u0631\u062d\u0628\u0627.\u2069" in text
    assert "\u2068\u05e2\u05d3\u05d4\u2069: hello." in text


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_may_be_empty(kind: str) -> None:
    assert not webvtt.from_string(write("vtt")).captions
    assert isinstance(write(kind), str)


@patient
@given(st.lists(st.tuples(names, anything, times, times), max_size=5))
def test_any_names_and_texts_make_valid_webvtt(said: list[tuple[str, str, int, int]]) -> None:
    cues = [
        cue
        for name, text, start, length in said
        for cue in cues_of(
            name=name, text=clean_line(text, limit=4_000), start_ms=start, end_ms=start + length, words=[]
        )
    ]
    captions = parsed(*cues)
    cues.sort(key=lambda cue: (cue.start_ms, cue.end_ms))
    assert [(c.start_in_seconds, c.end_in_seconds) for c in captions] == [
        (cue.start_ms // 1000, cue.end_ms // 1000) for cue in cues
    ]
    assert all(caption.voice and caption.text for caption in captions)
    assert all(cue.end_ms > cue.start_ms for cue in cues)


@patient
@given(anything, anything)
def test_nothing_that_is_said_breaks_out_of_its_cue(name: str, text: str) -> None:
    for kind, blocks in (("vtt", 3), ("srt", 2)):
        assert len(write(kind, Cue(0, 1, name, text)).rstrip("\n").split("\n\n")) == blocks
    # Header, note with its notice, cue: an empty line behind each of the first two.
    assert len(write("vtt", Cue(0, 1, name, text)).splitlines()) == 7


@given(st.lists(st.sampled_from(["a", "word", "a-rather-long-word", "x" * 100]), max_size=60))
def test_cues_are_short_and_lose_no_word(words: list[str]) -> None:
    cues = cues_of(name="Ada", text=" ".join(words), start_ms=0, end_ms=60_000, words=[])
    assert " ".join(cue.text for cue in cues).split() == words
    assert all(len(cue.text) <= LONGEST or " " not in cue.text for cue in cues)
    assert [cue.start_ms for cue in cues] == sorted(cue.start_ms for cue in cues)


def test_cues_are_cut_where_the_words_are() -> None:
    words: list[list[str | int | float]] = [["long" * 12, 100, 900, 0.9], ["more" * 12, 5_000, 5_900, 0.9]]
    text = " ".join(str(word[0]) for word in words)
    cues = cues_of(name="Ada", text=text, start_ms=0, end_ms=6_000, words=words)
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(100, 1_100), (5_000, 6_000)]


# --- At their addresses -----------------------------------------------------------------------------------------------


def fetch(scene: Scene, user: User | None, kind: str = "vtt", **headers: str) -> "Response":
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.get(reverse(f"captions_{kind}", args=[scene.id]), headers=headers)


def page(scene: Scene, user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(scene.space.get_absolute_url()).text


def voices(answer: "Response") -> list[tuple[str | None, str]]:
    return [(caption.voice, caption.text) for caption in webvtt.from_string(answer.text)]


@pytest.mark.django_db
class TestAddresses:
    @pytest.fixture(autouse=True)
    def said(self, scene: Scene, speak: Speak) -> Utterance:
        return finish(speak(scene.speaker))

    def test_a_live_space_gives_what_was_said_so_far(self, scene: Scene, speak: Speak) -> None:
        speak(scene.host, start_ms=9_000)
        assert voices(fetch(scene, scene.listener)) == [(scene.speaker.name, "hello there")]

    def test_an_ended_space_gives_all_of_it(self, scene: Scene) -> None:
        end_space(public_id=scene.id, user=scene.host)
        assert voices(fetch(scene, scene.outsider)) == [(scene.speaker.name, "hello there")]

    @pytest.mark.parametrize(
        ("kind", "media_type"), [("vtt", "text/vtt"), ("srt", "application/x-subrip"), ("txt", "text/plain")]
    )
    def test_each_kind_says_what_it_is(self, scene: Scene, kind: str, media_type: str) -> None:
        answer = fetch(scene, scene.host, kind)
        assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert answer.headers["content-disposition"].endswith(f'.{kind}"')
        assert "hello there" in answer.text

    def test_a_title_of_another_script_is_a_file_name_too(self, scene: Scene) -> None:
        Space.objects.update(title='Привет / "мир"')
        assert "filename*=utf-8''" in fetch(scene, scene.host).headers["content-disposition"]

    @pytest.mark.fault("F4")
    @pytest.mark.parametrize("title", ["../../etc/passwd", "a\r\nSet-Cookie: a=b", '"; filename="x.exe', "C:\\con"])
    def test_a_title_cannot_leave_its_place_in_the_headers(self, scene: Scene, title: str) -> None:
        Space.objects.update(title=title)
        answer = fetch(scene, scene.host)
        name = Message()
        name["content-disposition"] = answer.headers["content-disposition"]
        assert (name.get_content_disposition(), (name.get_filename() or "").endswith(".vtt")) == ("attachment", True)
        assert not set("/\\\r\n") & set(name.get_filename() or "")
        assert "set-cookie" not in answer.headers

    def test_what_has_not_changed_is_not_sent_again(self, scene: Scene) -> None:
        first = fetch(scene, scene.host)
        again = fetch(scene, scene.host, **{"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert first.headers["cache-control"] == "private, no-cache"

    def test_what_a_moderator_took_away_is_in_no_file(self, scene: Scene, said: Utterance) -> None:
        scene.host.is_staff = True
        services.redact(utterance_id=said.pk, user=scene.host)
        for kind in FORMATS:
            assert "hello" not in fetch(scene, scene.listener, kind).text
        assert voices(fetch(scene, scene.listener)) == [(scene.speaker.name, "[removed by a moderator]")]

    @pytest.mark.parametrize(
        ("reader", "status"), [("host", 200), ("listener", 200), ("outsider", 200), ("removed", 403)]
    )
    def test_who_may_read(self, scene: Scene, reader: str, status: int) -> None:
        assert fetch(scene, getattr(scene, reader)).status_code == status

    @pytest.mark.parametrize(("is_public", "status"), [(True, 200), (False, 403)])
    def test_who_may_listen_without_an_account_may_read(
        self, scene: Scene, settings: Settings, is_public: bool, status: int
    ) -> None:
        settings.SPACES_PUBLIC_LISTENING = is_public
        assert fetch(scene, None).status_code == status

    def test_the_page_of_an_ended_space_has_the_files(self, scene: Scene) -> None:
        end_space(public_id=scene.id, user=scene.host)
        assert reverse("captions_vtt", args=[scene.id]) in page(scene, scene.outsider)
        assert reverse("captions_vtt", args=[scene.id]) not in page(scene, scene.removed)

    def test_where_nothing_was_said_there_is_nothing_to_download(self, scene: Scene) -> None:
        end_space(public_id=scene.id, user=scene.host)
        Utterance.objects.all().delete()
        assert "WebVTT" not in page(scene, scene.outsider).split("<aside")[0]

    def test_whom_the_host_blocked_reads_nothing(self, scene: Scene) -> None:
        block_user(blocker=scene.host, blocked=scene.outsider)
        assert fetch(scene, scene.outsider).status_code == 403

    def test_a_space_without_captions_has_no_files(self, scene: Scene) -> None:
        Space.objects.update(captions_allowed=False)
        assert fetch(scene, scene.host).status_code == 404

    def test_it_costs_the_same_however_much_was_said(
        self, scene: Scene, speak: Speak, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for start_ms in range(2_000, 20_000, 2_000):
            finish(speak(scene.speaker, start_ms=start_ms))
        with django_assert_max_num_queries(6):
            assert len(selectors.document(public_id=scene.id, user=scene.listener).cues) == 10
