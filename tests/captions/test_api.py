"""What was said, for programs: pages back, a cursor forth, and files."""

from datetime import timedelta
from typing import Any

import pytest
import webvtt
from django.test import Client
from pytest_django import Settings

from accounts.models import Block
from captions import selectors, services
from captions.files import FORMATS
from spaces.models import Space
from tests.api.conftest import Program, program
from tests.captions.conftest import Speak, finish
from tests.spaces.moderators import moderator
from tests.spaces.scene import Scene

__all__ = ["program"]

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def reader(program: Program, scene: Scene) -> Client:
    return program(scene.outsider)


def page(client: Client, scene: Scene, query: str = "") -> Any:
    return client.get(f"/api/v1/spaces/{scene.id}/captions?{query}").json()


def ids(answer: Any) -> list[int]:
    return [int(line["id"]) for line in answer["data"]]


def test_pages_lead_back_to_the_first_line(
    reader: Client, scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "LINES", 2)
    said = [finish(speak(scene.host, start_ms=at)).pk for at in (1_000, 3_000, 5_000)]
    last = page(reader, scene)
    assert ids(last) == said[1:]
    first = page(reader, scene, f"before={last['previous']}")
    assert (ids(first), "previous" in first) == (said[:1], False)


def test_the_cursor_leads_to_what_is_new_whoever_began_first(
    reader: Client, scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "OVERLAP", timedelta())
    slow, quick = speak(scene.host, start_ms=1_000), speak(scene.cohost, start_ms=2_000)
    finish(quick)
    seen = page(reader, scene)
    assert ids(seen) == [quick.pk]
    assert ids(page(reader, scene, f"since={seen['live']}")) == []
    finish(slow)
    new = page(reader, scene, f"since={seen['live']}")
    assert ids(new) == [slow.pk]
    assert page(reader, scene, f"since={new['live']}") == {**new, "data": []}


def test_what_may_stand_beside_something_not_committed_yet_comes_again(
    reader: Client, scene: Scene, speak: Speak
) -> None:
    line = finish(speak(scene.host))
    new = page(reader, scene, "since=0-0")
    assert ids(new) == ids(page(reader, scene, f"since={new['live']}")) == [line.pk]


def test_many_new_lines_come_page_by_page(
    reader: Client, scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "LINES", 2)
    said = [finish(speak(scene.host, start_ms=at)).pk for at in (1_000, 3_000, 5_000)]
    first = page(reader, scene, "since=0-0")
    assert ids(first) == said[:2]
    assert ids(page(reader, scene, f"since={first['live']}"))[0] == said[2]


def test_it_tells_what_was_taken_away_and_given_back(
    reader: Client, scene: Scene, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "OVERLAP", timedelta())
    line = finish(speak(scene.host))
    seen = page(reader, scene)
    services.redact(utterance_id=line.pk, user=moderator())
    gone = page(reader, scene, f"since={seen['live']}")
    assert [(row["text"], row["redacted"]) for row in gone["data"]] == [("", True)]
    services.restore(utterance_id=line.pk)
    back = page(reader, scene, f"since={gone['live']}")
    assert [row["text"] for row in back["data"]] == ["hello there"]
    assert back["data"][0]["revision"] > gone["data"][0]["revision"] > seen["data"][0]["revision"]


@pytest.mark.parametrize("query", ["before=x", "since=1", "since=9" + "9" * 17 + "-1", "before=1-1&since=1-1"])
def test_a_marker_that_is_none_is_refused(reader: Client, scene: Scene, query: str) -> None:
    assert reader.get(f"/api/v1/spaces/{scene.id}/captions?{query}").status_code == 400


@pytest.mark.parametrize("name", ["vtt", "srt", "txt"])
def test_a_file_without_a_word_has_its_type_all_the_same(reader: Client, scene: Scene, name: str) -> None:
    answer = reader.get(f"/api/v1/spaces/{scene.id}/captions/{name}")
    assert (answer.status_code, answer["Content-Type"]) == (200, FORMATS[name].content_type)


@pytest.mark.asvs("5.4.1", "5.4.2")
def test_files_are_what_they_say(reader: Client, scene: Scene, speak: Speak) -> None:
    finish(speak(scene.host))
    answers = {name: reader.get(f"/api/v1/spaces/{scene.id}/captions/{name}") for name in ("vtt", "srt", "txt")}
    kinds = [answer["Content-Type"].partition(";")[0] for answer in answers.values()]
    assert kinds == ["text/vtt", "application/x-subrip", "text/plain"]
    assert [cue.text for cue in webvtt.from_string(answers["vtt"].content.decode())] == ["hello there"]
    again = reader.get(answers["vtt"].request["PATH_INFO"], headers={"if-none-match": answers["vtt"]["ETag"]})
    assert again.status_code == 304


def test_whoever_is_blocked_reads_nothing(reader: Client, scene: Scene) -> None:
    Block.objects.create(blocker=scene.host, blocked=scene.outsider)
    for address in ("captions", "captions?since=0-0", "captions/vtt"):
        refused = reader.get(f"/api/v1/spaces/{scene.id}/{address}")
        assert (refused.status_code, refused.json()["code"]) == (403, "blocked")


def test_a_space_without_captions_has_none(reader: Client, scene: Scene) -> None:
    Space.objects.update(captions_allowed=False)
    assert reader.get(f"/api/v1/spaces/{scene.id}/captions").status_code == 404


def test_consent_and_language(program: Program, scene: Scene, settings: Settings) -> None:
    settings.CAPTIONS_LANGUAGES = ["en", "fr"]
    host, address = program(scene.host), f"/api/v1/spaces/{scene.id}"
    given = host.put(f"{address}/caption_consent", {"given": True}, content_type="application/json")
    assert given.json() == {"consent": "given"}
    spoken = host.put(f"{address}/caption_language", {"language": "fr"}, content_type="application/json")
    assert spoken.status_code == 204
    info = page(host, scene)["captions"]
    assert (info["language"], info["consent"], info["consenting"]) == ("fr", "given", [str(scene.host.pk)])
