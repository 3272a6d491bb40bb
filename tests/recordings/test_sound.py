"""Sound files, made by the real encoder and read by the real decoder."""

import json
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from spaces.recordings import sound, sound_child
from spaces.recordings.sound import BadSound, Export, Tags, TooSlow
from spaces.recordings.turns import Chapter
from spaces.selectors.timeline import Kept

RATE = 48_000
TONES = {500: (2, 8), 1_000: (8, 15), 2_000: (15, 22)}
"""Hertz, and from which to which second the tone is in the source."""
TAGS = Tags(title="Tea & <b>talk</b>", artist="Ann Ö", date="2026-11-28", album="Ann's Spaces")
CHAPTERS = (Chapter(0, 4_000, "Ann: Good evening"), Chapter(4_000, 14_000, "Bob"))
PARTS = (Kept(2_000, 6_000), Kept(10_000, 20_000))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 25 s with three tones, a click in the first second and silence at both ends."""
    samples = np.zeros(25 * RATE)
    for hertz, (start, end) in TONES.items():
        at = np.arange((end - start) * RATE)
        samples[start * RATE : end * RATE] = 0.04 * np.sin(2 * np.pi * hertz * at / RATE)
    samples[RATE // 2 : RATE // 2 + 50] = 0.9
    path = tmp_path_factory.mktemp("sound") / "source.wav"
    with wave.open(str(path), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module", params=["mp3", "m4a"])
def exported(request: pytest.FixtureRequest, source: Path) -> Path:
    target = source.with_name(f"exported.{request.param}")
    length_ms = sound.export(Export(source, PARTS, TAGS, CHAPTERS), {request.param: target})
    assert length_ms == 14_000
    return target


def tone_at(path: Path, ms: int) -> float:
    """Return the strongest frequency in the 100 ms around a time."""
    with av.open(str(path)) as container:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    middle = ms * RATE // 1000
    piece = samples[middle - RATE // 20 : middle + RATE // 20]
    return float(np.fft.rfftfreq(len(piece), 1 / RATE)[np.argmax(np.abs(np.fft.rfft(piece)))])


def test_a_file_has_its_length_tags_and_chapters(exported: Path) -> None:
    with av.open(str(exported)) as container:
        assert container.duration is not None
        assert abs(container.duration / 1000 - 14_000) < 60
        tags = {name: container.metadata[name] for name in ("title", "artist", "album", "date")}
        found = [(one["start"] * (one["time_base"] or 0), one["metadata"]["title"]) for one in container.chapters()]
    assert tags == {"title": "Tea & <b>talk</b>", "artist": "Ann Ö", "album": "Ann's Spaces", "date": "2026-11-28"}
    assert found == [(0, "Ann: Good evening"), (4, "Bob")]


def test_a_file_is_as_loud_as_podcasts_are(exported: Path) -> None:
    with av.open(str(exported)) as container:
        found = json.loads(av.filter.loudnorm.stats("i=-16:dual_mono=true", container.streams.audio[0]))
    assert abs(float(found["input_i"]) + 16) <= 1
    assert float(found["input_tp"]) <= -1


def test_the_kept_parts_follow_each_other(exported: Path) -> None:
    # A tenth of a second on both sides of each change of tone.
    wanted = {3_900: 500, 4_100: 1_000, 8_900: 1_000, 9_100: 2_000}
    assert {ms: round(tone_at(exported, ms), -1) for ms in wanted} == wanted


def test_silence_suggests_a_cut_and_a_click_does_not(source: Path) -> None:
    loudness = sound.peaks(source, length_ms=25_000)
    assert len(loudness) == 250
    assert loudness[5] == 90
    assert sound.without_silence(loudness) == Kept(1_700, 22_300)


def test_nothing_is_suggested_where_nothing_is_heard() -> None:
    assert sound.without_silence([0, 1, 90, 0, 1]) is None
    assert sound.without_silence([]) is None


def test_a_sound_without_silence_keeps_all_of_it() -> None:
    assert sound.without_silence([30] * 20) == Kept(0, 2_000)


@pytest.mark.parametrize("data", [b"", b"no sound", b"RIFF\x10\0\0\0WAVEfmt "])
def test_what_is_no_sound_is_refused_and_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(data)
    with pytest.raises(BadSound):
        sound.export(Export(broken, [Kept(0, 1_000)], TAGS), {"mp3": tmp_path / "out.mp3"})
    assert list(tmp_path.iterdir()) == [broken]


def test_a_child_that_never_ends_is_ended(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "_STARTUP_SECONDS", 0.01)
    with pytest.raises(TooSlow):
        sound.peaks(source, length_ms=0)


def test_an_earlier_file_stays_until_the_new_one_is_complete(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.m4a"
    target.write_text("earlier")
    broken = tmp_path / "broken"
    broken.write_bytes(b"?")
    with pytest.raises(BadSound):
        sound.export(Export(broken, PARTS, TAGS), {"m4a": target})
    assert target.read_text() == "earlier"
    sound.export(Export(source, [Kept(3_000, 4_000)], TAGS), {"m4a": target})
    assert b"ftyp" in target.read_bytes()[:12]


def test_a_silent_recording_can_be_exported(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.wav"
    with wave.open(str(quiet), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(bytes(2 * RATE * 5))
    assert sound.export(Export(quiet, [Kept(0, 5_000)], TAGS), {"mp3": tmp_path / "out.mp3"}) == 5_000


def test_the_child_and_its_parent_mean_the_same_by_a_peak() -> None:
    assert sound_child.WINDOW * 1000 == sound.PEAK_MS * sound_child.RATE
