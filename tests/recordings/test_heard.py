"""What a cut takes away from others: the sound itself, and not only its place in the player."""

from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from spaces.models import Recording
from spaces.recordings.heard import heard_by, prepared
from spaces.recordings.sound_writer import SoundWriter, write_replay
from tests.factories import UserFactory
from tests.recordings.captures import decoded, pitch, tone
from tests.recordings.made import made_recording
from tests.support.opus import RATE

pytestmark = pytest.mark.django_db(transaction=True)

LOW, HIGH, SECRET = 440, 1_000, 2_500


@pytest.fixture
def recording(settings: Settings, tmp_path: Path) -> Recording:
    """Four seconds that must not be heard, then four low and four high ones, and a secret at the end."""
    settings.RECORDINGS_DIR = tmp_path
    made = made_recording(seconds=16, with_files=False)
    writer = SoundWriter(made.home)
    for number, hertz in enumerate((SECRET, LOW, HIGH, SECRET)):
        writer.write(number * 4 * RATE, tone(hertz, 4).astype("float32") / 32_768)
    writer.close()
    write_replay(made.home)
    made.cut_start_ms, made.cut_end_ms = 4_000, 12_000
    made.save()
    return made


def get(recording: Recording, user: User | None) -> bytes:
    client: Any = AsyncClient()
    if user is not None:
        client.force_login(user)

    async def read() -> bytes:
        answer = await client.get(reverse("replay_sound", args=[recording.space.public_id]))
        assert answer.status_code == 200
        return b"".join([piece async for piece in answer])

    return async_to_sync(read)()


def tones(data: bytes, place: Path) -> list[float]:
    place.write_bytes(data)
    sound = decoded(place)
    step = RATE // 10
    return [round(pitch(sound[at : at + step]), -1) for at in range(0, len(sound) - step, step)]


def test_others_get_nothing_of_what_the_host_cut_off(recording: Recording, tmp_path: Path) -> None:
    for reader in (None, UserFactory.create()):
        heard = tones(get(recording, reader), tmp_path / "heard.m4a")
        assert set(heard[1:-1]) == {LOW, HIGH}
        assert SECRET not in heard
        assert len(heard) == pytest.approx(80, abs=2)


def test_the_host_hears_all_of_it_and_can_widen_the_cut(recording: Recording, tmp_path: Path) -> None:
    assert SECRET in tones(get(recording, recording.space.host), tmp_path / "heard.m4a")


def test_each_reader_is_told_where_the_replay_starts_in_their_file(recording: Recording) -> None:
    assert heard_by(recording, recording.space.host).starts_ms == 4_000
    assert heard_by(recording, None).starts_ms == 0


def test_a_new_cut_is_a_new_file_and_the_old_one_goes(recording: Recording) -> None:
    first = prepared(recording, heard_by(recording, None))
    recording.cut_start_ms = 8_000
    second = prepared(recording, heard_by(recording, None))
    assert (first.exists(), second.exists()) == (False, True)


def test_a_sound_that_is_gone_cannot_be_cut(recording: Recording) -> None:
    (recording.home / "replay.m4a").unlink()
    with pytest.raises(FileNotFoundError):
        prepared(recording, heard_by(recording, None))
