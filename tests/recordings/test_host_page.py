"""The page on which hosts look after their recordings."""

import pytest
from django.test import Client
from django.urls import reverse

from spaces.doors import tasks
from spaces.models import Recording
from spaces.recordings.files import REPLAY
from spaces.recordings.forms import ClockField
from spaces.recordings.waveform import stored_peaks, suggested_cut
from spaces.states import RecordingState, StopReason
from spaces_project.common.clock import exact_clock_text
from tests.factories import UserFactory
from tests.recordings.made import made_recording, write_tone

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


def client_of(recording: Recording) -> Client:
    client = Client()
    client.force_login(recording.space.host)
    return client


def post(client: Client, view: str, recording: Recording, *, htmx: bool = True, **fields: str) -> tuple[int, str]:
    headers = {"HX-Request": "true"} if htmx else {}
    answer = client.post(reverse(view, args=[recording.space.public_id]), fields, headers=headers)
    return answer.status_code, answer.content.decode()


def page(client: Client) -> str:
    answer = client.get(reverse("recordings"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_host_sees_the_own_recordings_with_state_size_and_expiry() -> None:
    recording = made_recording(title="<b>Tea</b>")
    made_recording(host=recording.space.host, state=RecordingState.FAILED, stop_reason=StopReason.DISK_FULL)
    made_recording(title="Of another host")
    shown = page(client_of(recording))
    assert "&lt;b&gt;Tea&lt;/b&gt;" in shown
    assert "Of another host" not in shown
    for words in ("Ready", "2.0 MB", "Failed", "the site has no room left for it", "4 MB of 5,000 MB used"):
        assert words in shown


def test_without_recordings_the_page_says_how_to_make_one() -> None:
    client = Client()
    client.force_login(UserFactory.create())
    assert "You have no recordings" in page(client)


def test_the_forms_change_the_recording_and_answer_with_its_card() -> None:
    recording = made_recording(seconds=90)
    client = client_of(recording)
    assert post(client, "recording_rename", recording, title="Tea")[0] == 200
    assert post(client, "recording_show", recording)[0] == 200
    assert post(client, "recording_keep", recording, days="7")[0] == 200
    status, card = post(client, "recording_cut", recording, start="0:10.5", end="1:15")
    assert status == 200
    for words in ("Tea", "hidden", "kept until", "1:04", "Saved."):
        assert words in card
    assert post(client, "recording_delete", recording) == (200, "")
    assert "Tea" not in page(client)


def test_without_script_a_form_leads_back_to_the_page() -> None:
    recording = made_recording()
    client = client_of(recording)
    assert post(client, "recording_rename", recording, htmx=False, title="Tea")[0] == 302
    assert post(client, "recording_cut", recording, htmx=False, start="later", end="1:00")[0] == 400


def test_strangers_find_no_recording() -> None:
    recording = made_recording()
    stranger = Client()
    stranger.force_login(UserFactory.create())
    assert post(stranger, "recording_delete", recording)[0] == 404
    assert post(Client(), "recording_delete", recording)[0] == 302


def test_silence_suggests_a_cut_of_one_press() -> None:
    recording = made_recording(seconds=10)
    client = client_of(recording)
    assert "Cut the silence off" not in page(client)
    write_tone(recording.home / REPLAY, seconds=10, starts=3, ends=7)
    tasks.measure_recording(recording.pk)
    assert len(stored_peaks(recording) or []) == 100
    assert "Cut the silence off: 0:02.7 to 0:07.3" in page(client)


def test_a_sound_without_silence_suggests_nothing() -> None:
    recording = made_recording(seconds=5)
    write_tone(recording.home / REPLAY, seconds=5, starts=0, ends=5)
    tasks.measure_recording(recording.pk)
    assert suggested_cut(recording) is None


@pytest.mark.parametrize(("ms", "text"), [(0, "0:00"), (61_500, "1:01.5"), (3_723_004, "1:02:03.004")])
def test_times_are_written_as_they_are_read(ms: int, text: str) -> None:
    assert (exact_clock_text(ms), ClockField().clean(text)) == (text, ms)
