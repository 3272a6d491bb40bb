"""The transcript page: who may read it, what stands in it, what a search finds, and an hour of it."""

import json
import re
import subprocess
from io import StringIO
from typing import Any

import pytest
import webvtt
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from captions import selectors, services, transcript
from captions.asked import Asked
from captions.files import FORMATS
from captions.masking import MASK
from captions.models import MaskedWord, Utterance
from captions.states import UtteranceState
from spaces.models import Space
from spaces.services import end_space
from tests.captions.conftest import Speak, finish
from tests.spaces.scene import Scene
from tests.support.hour import hour
from tests.support.processes import REPOSITORY

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


def said(scene: Scene, user: User, text: str, *, start_ms: int, **fields: object) -> Utterance:
    return Utterance.objects.create(
        space=scene.space,
        speaker=user,
        start_ms=start_ms,
        end_ms=start_ms + 1_500,
        state=UtteranceState.FINAL,
        language="en",
        text=text,
        **fields,
    )


def asked(scene: Scene) -> Asked:
    return Asked(scene.id, scene.listener, "")


def status_and_text(scene: Scene, user: User | None, query: str = "") -> tuple[int, str]:
    client = Client()
    if user is not None:
        client.force_login(user)
    answer = client.get(f"{reverse('transcript', args=[scene.id])}{query}")
    return answer.status_code, answer.text


def test_names_times_and_links_stand_in_it(scene: Scene) -> None:
    line = said(scene, scene.speaker, "Good evening.", start_ms=3_723_000)
    status, text = status_and_text(scene, scene.listener)
    assert status == 200
    assert "Automatic captions, may be wrong." in text
    assert scene.speaker.name in text
    assert "1:02:03" in text
    assert f'id="line-{line.pk}"' in text
    assert reverse("captions_vtt", args=[scene.id]) in text


def test_a_file_begins_in_the_language_of_its_reader(scene: Scene) -> None:
    """Files are kept for a minute for all who ask: nobody may get that of a reader of another language."""
    said(scene, scene.speaker, "Good evening.", start_ms=0)
    client = client_of(scene.listener)
    for language, first in [("de", "Automatische Untertitel"), ("en", "Automatic captions"), ("ja", "自動字幕")]:
        for kind in ("captions_vtt", "captions_srt", "captions_txt"):
            text = client.get(reverse(kind, args=[scene.id]), headers={"accept-language": language}).text
            assert first in text
            assert "Good evening." in text


def test_what_is_said_is_never_markup(scene: Scene) -> None:
    said(scene, scene.speaker, "<script>alert(1)</script>", start_ms=0)
    assert "<script>alert" not in status_and_text(scene, scene.listener)[1]


@pytest.mark.parametrize("reader", ["host", "listener", "outsider"])
def test_who_may_read_captions_reads_it(scene: Scene, reader: str) -> None:
    assert status_and_text(scene, getattr(scene, reader))[0] == 200


@pytest.mark.security("C7")
@pytest.mark.asvs("8.2.2")
def test_who_may_not_read_captions_does_not(scene: Scene) -> None:
    said(scene, scene.speaker, "secret", start_ms=0)
    assert status_and_text(scene, scene.removed)[0] == 403
    Space.objects.update(locked=True)
    for query in ("", "?q=secret", "?line=1"):
        status, text = status_and_text(scene, scene.outsider, query)
        assert (status, "secret" in text and "?q=secret" not in query) == (403, False)


def test_right_to_left_lines_are_marked_for_the_browser(scene: Scene) -> None:
    line = said(scene, scene.speaker, "مرحبا بكم", start_ms=0)
    Utterance.objects.filter(pk=line.pk).update(language="ar")
    text = status_and_text(scene, scene.listener)[1]
    assert '<p dir="auto">' in text
    assert 'lang="ar"' in text


def test_each_live_line_has_a_direction_of_its_own(scene: Scene) -> None:
    """The panel fills this template with every line that is heard."""
    line = re.search(
        r'<li class="caption">.*?</li>', client_of(scene.listener).get(scene.space.get_absolute_url()).text
    )
    assert line is not None
    assert re.search(r"<bdi [^>]*data-caption-name", line[0])
    assert re.search(r'<span [^>]*dir="auto"[^>]*data-caption-text', line[0])


def test_a_search_finds_lines_as_readers_see_them(scene: Scene) -> None:
    MaskedWord.objects.create(text="badword")
    said(scene, scene.speaker, "The weather is fine.", start_ms=0)
    said(scene, scene.speaker, "What a badword here.", start_ms=5_000)
    found = transcript.search(asked(scene), query="  WEATHER ")
    assert [[line.text for line in lines] for lines in found.paragraphs] == [["The weather is fine."]]
    assert transcript.search(asked(scene), query="badword").paragraphs == []
    [[masked]] = transcript.search(asked(scene), query="here").paragraphs
    assert masked.text == f"What a {MASK} here."


def test_a_query_of_any_length_is_answered(scene: Scene) -> None:
    assert status_and_text(scene, scene.listener, f"?q={'a' * 5_000}")[0] in (200, 400)


@pytest.mark.parametrize("query", ["?page=2", "?page=0", "?page=x", "?line=99999999999999999999999", "?line=7"])
def test_a_page_that_is_not_there_is_not_found(scene: Scene, query: str) -> None:
    assert status_and_text(scene, scene.listener, query)[0] == 404


def test_a_line_is_found_on_its_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "LINES", 2)
    lines = [said(scene, scene.speaker, f"line {number}", start_ms=number * 2_000) for number in range(5)]
    page = transcript.page_with(asked(scene), line_id=lines[3].pk)
    assert (page.number, page.pages) == (2, 3)
    assert [line.text for lines in page.paragraphs for line in lines] == ["line 2", "line 3"]


def test_what_was_taken_back_says_so(scene: Scene, speak: Speak) -> None:
    utterance = finish(speak(scene.speaker))
    services.take_back(public_id=scene.id, user=scene.speaker, line_id=utterance.pk)
    text = status_and_text(scene, scene.listener)[1]
    assert "[taken back by the speaker]" in text
    assert "hello there" not in text


def test_an_hour_costs_as_many_queries_as_a_line(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    write_hour(scene, scene.host, scene.speaker)
    client = Client()
    client.force_login(scene.listener)
    address = reverse("transcript", args=[scene.id])
    with django_assert_max_num_queries(20):
        assert client.get(address).status_code == 200


@pytest.mark.security("A17")
def test_the_hour_of_several_voices_is_a_file_that_others_read(scene: Scene) -> None:
    """The parser of WebVTT's editors finds nothing to complain of, which includes the order of the cues."""
    people = [scene.host, scene.cohost, scene.speaker]
    write_hour(scene, *people)
    end_space(public_id=scene.id, user=scene.host)
    read = read_by_w3c(client_of(scene.listener).get(reverse("captions_vtt", args=[scene.id])).content)
    assert read["errors"] == []
    assert [start for start, *_ in read["cues"]] == sorted(start for start, *_ in read["cues"])
    assert {name for _, _, name, _ in read["cues"]} == {user.name for user in people}
    for user in people:
        lines = " ".join(text for _, _, name, text in read["cues"] if name == user.name)
        assert lines == " ".join(said_by(scene, user))
    again = webvtt.from_buffer(StringIO(written(scene)))
    assert {caption.voice for caption in again.captions} == {user.name for user in people}


def test_every_line_of_the_hour_is_on_the_pages_under_its_name(scene: Scene) -> None:
    write_hour(scene, scene.host, scene.speaker)
    pages = [transcript.page(asked(scene), number=number) for number in (1, 2, 3)]
    lines = [line for page in pages for lines in page.paragraphs for line in lines]
    rows = Utterance.objects.order_by("start_ms").values_list("start_ms", "speaker__username", "text")
    assert [(line.start_ms, line.name, line.text) for line in lines] == list(rows)


def write_hour(scene: Scene, *people: User) -> None:
    rows = hour(space_id=scene.space.pk, people=[user.pk for user in people])
    Utterance.objects.bulk_create(Utterance(**row) for row in rows)


def said_by(scene: Scene, user: User) -> list[str]:
    return list(Utterance.objects.filter(speaker=user).order_by("start_ms").values_list("text", flat=True))


def written(scene: Scene) -> str:
    whole = selectors.document(public_id=scene.id, user=scene.listener)
    return FORMATS["vtt"].write(whole.heading, whole.cues)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read_by_w3c(captions: bytes) -> Any:
    """The cues `[start, end, name, text]`, and what is wrong with the file."""
    done = subprocess.run(
        ["node", "tests/js/read-captions.mjs"],
        cwd=REPOSITORY,
        input=captions,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)
