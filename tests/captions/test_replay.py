"""What the player of a replay gets: times on its clock, who talks, what was said, and who may ask."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from captions.models import Utterance
from captions.replay import BARS, VOICES
from captions.states import UtteranceState
from spaces.models import Recording, SpokenTurn
from spaces.states import RecordingState
from tests.factories import ParticipantFactory, PostFactory, UserFactory
from tests.support.replays import silent_replay
from timeline.models import PinnedPost

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def recording(settings: Any, tmp_path: Path) -> Recording:
    """Sixty seconds, without the first five and the last five."""
    settings.RECORDINGS_DIR = tmp_path
    recording = silent_replay(seconds=60)
    Recording.objects.update(cut_start_ms=5_000, cut_end_ms=55_000)
    return recording


def said(recording: Recording, text: str, *, at_ms: int, speaker: Any = None) -> Utterance:
    return Utterance.objects.create(
        space=recording.space,
        speaker=speaker or recording.space.host,
        start_ms=at_ms,
        end_ms=at_ms + 1_500,
        state=UtteranceState.FINAL,
        text=text,
    )


def talked(recording: Recording, starts_ms: int, ends_ms: int, *, speaker: Any = None) -> None:
    who = speaker or recording.space.host
    SpokenTurn.objects.create(space=recording.space, user=who, starts_ms=starts_ms, ends_ms=ends_ms)


def data(recording: Recording, client: Client) -> Any:
    answer = client.get(reverse("replay_data", args=[recording.space.public_id]))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_time_is_of_the_replay(recording: Recording, client: Client) -> None:
    talked(recording, 4_000, 20_000)
    line = said(recording, "Good evening.", at_ms=10_000)
    said(recording, "Before the cut.", at_ms=1_000)
    found = data(recording, client)
    host = str(recording.space.host_id)
    assert (found["starts_ms"], found["duration_ms"]) == (0, 50_000)  # others than the host get a file that is cut
    assert found["turns"] == [{"user_id": host, "starts_ms": 0, "ends_ms": 15_000}]
    assert [(one["text"], one["starts_ms"], one["ends_ms"]) for one in found["lines"]] == [
        ("Good evening.", 5_000, 6_500)
    ]
    assert found["lines"][0]["url"].endswith(f"?line={line.pk}#line-{line.pk}")
    assert found["sound"] == reverse("replay_sound", args=[recording.space.public_id])


def test_a_chapter_has_the_speaker_and_the_first_words(recording: Recording, client: Client) -> None:
    grace = UserFactory.create()
    talked(recording, 5_000, 28_000)
    talked(recording, 28_000, 55_000, speaker=grace)
    said(recording, "And now to the sea.", at_ms=27_500, speaker=grace)
    assert data(recording, client)["chapters"] == [
        {"starts_ms": 0, "title": recording.space.host.name},
        {"starts_ms": 23_000, "title": f"{grace.name}: And now to the sea."},
    ]


def test_speakers_have_colours_of_their_own(recording: Recording, client: Client) -> None:
    for number in range(VOICES + 2):
        talked(recording, 6_000 + number * 100, 30_000, speaker=UserFactory.create())
    voices = [speaker["voice"] for speaker in data(recording, client)["speakers"]]
    assert len(set(voices[:VOICES])) == VOICES
    assert len(voices) == VOICES + 2


def test_the_waveform_is_of_the_part_that_is_heard(recording: Recording, client: Client) -> None:
    assert data(recording, client)["peaks"] == []
    recording.home.mkdir()
    (recording.home / "peaks.json").write_text(json.dumps([90] * 50 + [0] * 250 + [40] * 250 + [90] * 50))
    peaks = data(recording, client)["peaks"]
    assert len(peaks) == BARS
    assert set(peaks) == {0, 40}


def test_without_captions_the_player_has_turns_alone(recording: Recording, client: Client) -> None:
    talked(recording, 6_000, 7_000)
    said(recording, "Not for readers.", at_ms=6_000)
    type(recording.space).objects.update(captions_allowed=False)
    found = data(recording, client)
    assert (found["lines"], len(found["turns"])) == ([], 1)


def test_a_replay_that_is_not_for_the_reader_is_not_there(recording: Recording, client: Client) -> None:
    removed = UserFactory.create()
    at = recording.created_at
    ParticipantFactory.create(space=recording.space, user=removed, removed_at=at, left_at=at)
    client.force_login(removed)
    for name in ("replay_data", "replay_pins"):
        assert client.get(reverse(name, args=[recording.space.public_id])).status_code == 404
    page = client.get(reverse("space", args=[recording.space.public_id])).text
    assert "data-replay" not in page.partition("<main")[2].partition("</main>")[0]


def test_the_page_has_the_player_when_the_replay_is_ready(recording: Recording, client: Client) -> None:
    address = reverse("space", args=[recording.space.public_id])
    assert "data-replay-data=" in client.get(address).text
    Recording.objects.update(state=RecordingState.FINISHING)
    assert "The replay is being prepared" in client.get(address).text
    assert client.head(reverse("replay_data", args=[recording.space.public_id])).status_code == 404
    Recording.objects.update(state=RecordingState.DELETED, deleted_at=recording.created_at)
    assert "replay-heading" not in client.get(address).text


def test_only_the_host_is_told_of_a_hidden_replay(recording: Recording, client: Client) -> None:
    Recording.objects.update(visible=False)
    address = reverse("space", args=[recording.space.public_id])
    assert "replay-heading" not in client.get(address).text
    client.force_login(recording.space.host)
    assert "Only you can hear this replay" in client.get(address).text


def test_pins_have_their_moment_and_those_outside_are_left_out(recording: Recording, client: Client) -> None:
    space = recording.space
    assert space.started_at is not None
    for second in (2, 12):
        post = PostFactory.create(author=space.host, text=f"At {second}")
        at = space.started_at + timedelta(seconds=second)
        PinnedPost.objects.create(space=space, post=post, pinned_by=space.host, created_at=at)
    pins = client.get(reverse("replay_pins", args=[space.public_id])).json()["pins"]
    assert [(pin["text"], pin["at_ms"]) for pin in pins] == [("At 12", 7_000)]


def test_what_people_write_is_data_and_never_markup(recording: Recording, client: Client) -> None:
    Recording.objects.update(title="<script>alert(1)</script>")
    said(recording, "<b>loud</b>", at_ms=6_000)
    page = client.get(reverse("space", args=[recording.space.public_id])).text
    assert "<script>alert" not in page
    assert data(recording, client)["lines"][0]["text"] == "<b>loud</b>"
