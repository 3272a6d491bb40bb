"""From the gateway's files to one continuous sound: places, gaps, restarts, broken files."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from spaces.recordings import files
from spaces.recordings.capture import Capture, NotACapture
from spaces.recordings.encoder import RATE, SEGMENT
from spaces.recordings.packer import Packer, Part
from spaces.recordings.sound_writer import SoundWriter
from tests.recordings.captures import capture, decoded, frame, header, pitch, tone, write
from tests.support.opus import opus_packets

START = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)
LOW, HIGH = 440, 1_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "recording"


def packer(home: Path) -> Packer:
    return Packer(home=home, capture_home=home / "capture", started_at=START)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def heard(home: Path, seconds: float) -> float:
    """Return what is heard at a time of the replay, as a frequency."""
    samples = decoded(home / files.REPLAY)
    at = int(seconds * RATE)
    return round(pitch(samples[at : at + RATE // 10]), -1)


def packed(home: Path, parts: list[Part]) -> int:
    """Pack what is there. Return the length in milliseconds."""
    one = packer(home)
    one.advance(parts, now_ms=0)
    return one.finish(parts)


def test_a_file_lies_where_it_began_and_silence_is_before_and_behind(home: Path) -> None:
    write(home / "capture", "a.mjr", capture(tone(LOW, 3), after(2)))
    assert packed(home, [Part(0, 7_000)]) == pytest.approx(7_000, abs=22)
    assert [heard(home, second) for second in (1, 1.85, 2.05, 4.85, 5.1, 6.5)] == [0, 0, LOW, LOW, 0, 0]


def test_a_gateway_that_was_restarted_leaves_silence_and_no_shift(home: Path) -> None:
    write(home / "capture", "zz.mjr", capture(tone(LOW, 2), after(0)))
    write(home / "capture", "aa.mjr", capture(tone(HIGH, 2), after(5), first_tick=(1 << 32) - 24_000))
    packed(home, [Part(0, 7_000)])
    assert [heard(home, second) for second in (1, 2.1, 4.85, 5.05, 6.8)] == [LOW, 0, 0, HIGH, HIGH]


def test_what_was_not_recorded_is_left_out(home: Path) -> None:
    write(home / "capture", "a.mjr", capture(tone(LOW, 4), after(0)))
    write(home / "capture", "b.mjr", capture(tone(HIGH, 4), after(10)))
    assert packed(home, [Part(1_000, 3_000), Part(11_000, 12_000)]) == pytest.approx(3_000, abs=22)
    assert [heard(home, second) for second in (0.05, 1.85, 2.05, 2.85)] == [LOW, LOW, HIGH, HIGH]


def test_a_file_is_read_while_it_grows(home: Path) -> None:
    data = capture(tone(LOW, 8), START)
    path = write(home / "capture", "a.mjr", b"")
    one = packer(home)
    for end in range(0, len(data), 997):
        path.write_bytes(data[:end])
        one.advance([Part(0, None)], now_ms=0)
    path.write_bytes(data)
    assert one.advance([Part(0, None)], now_ms=0)
    assert not one.advance([Part(0, None)], now_ms=0)
    assert one.finish([Part(0, 8_000)]) == pytest.approx(8_000, abs=22)
    assert {heard(home, second / 2) for second in range(16)} == {LOW}


def test_silence_comes_when_the_gateway_is_away(home: Path) -> None:
    one = packer(home)
    one.advance([Part(0, None)], now_ms=10_000)
    assert 4_000 < one.duration_ms <= 7_000  # three seconds may still come


def test_a_recorder_that_was_killed_goes_on_to_the_sample(home: Path) -> None:
    """Every segment is heard once, and a tone goes on without a click."""
    write(home / "capture", "a.mjr", capture(tone(LOW, 14), START))
    killed = packer(home)
    killed.advance([Part(0, None)], now_ms=0)
    with (home / files.SOUND).open("ab") as file:
        file.write(b"half a segment that no playlist names")
    assert packed(home, [Part(0, 14_000)]) == pytest.approx(14_000, abs=22)
    samples = decoded(home / files.REPLAY)
    crossings = [at for at in range(RATE, 13 * RATE) if samples[at - 1] < 0 <= samples[at]]
    periods = {later - earlier for earlier, later in pairwise(crossings)}
    assert periods <= set(range(104, 115)), periods  # 48,000 / 440 = 109


def test_a_file_that_is_no_capture_costs_nothing_else(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(home / "capture", "bad.mjr", b"RIFF and more")
    broken = capture(tone(LOW, 2), START) + b"no frame begins like this" + b"x" * 40
    write(home / "capture", "broken.mjr", broken)
    packed(home, [Part(0, 3_000)])
    assert [heard(home, second) for second in (0.5, 1.85, 2.5)] == [LOW, LOW, 0]
    assert len(caplog.records) == 2


def test_nothing_at_all_is_no_recording(home: Path) -> None:
    with pytest.raises(NotACapture):
        packed(home, [Part(0, 3_000)])


@pytest.mark.fault("F8")
def test_a_file_cut_at_any_byte_loses_less_than_a_packet(home: Path) -> None:
    """150 cuts. What was whole before the cut is read."""
    data = capture(tone(LOW, 4), START)
    chance = random.Random(17)
    whole = len(list(Capture(write(home, "whole.mjr", data)).packets()))
    for _ in range(150):
        cut = chance.randrange(len(data))
        read = len(list(Capture(write(home, "cut.mjr", data[:cut])).packets()))
        assert read >= whole * cut // len(data) - 8


def test_a_sender_that_was_made_anew_is_placed_by_the_gateways_clock(home: Path) -> None:
    low, high = opus_packets(tone(LOW, 1)), opus_packets(tone(HIGH, 1))
    first = b"".join(frame(number, data) for number, data in enumerate(low))
    second = b"".join(
        frame(number, data, first_tick=3_000_000_000, ms=3_000 + 20 * number) for number, data in enumerate(high)
    )
    write(home / "capture", "a.mjr", header(START) + first + second)
    packed(home, [Part(0, 4_000)])
    assert [heard(home, second) for second in (0.5, 2.5, 3.1, 3.8)] == [LOW, 0, HIGH, HIGH]


def test_a_burst_after_a_pause_of_the_gateway_is_in_step(home: Path) -> None:
    """A gateway that stood still sends what it missed at once. The RTP clock counts then, and not the arrival."""
    packets = opus_packets(tone(LOW, 3)) + opus_packets(tone(HIGH, 2))
    late = b"".join(frame(n, data, ms=max(20 * n, 3_000 if n > 25 else 0)) for n, data in enumerate(packets))
    write(home / "capture", "a.mjr", header(START) + late)
    packed(home, [Part(0, 5_000)])
    assert [heard(home, second) for second in (0.5, 2.8, 3.2, 4.7)] == [LOW, LOW, HIGH, HIGH]


def test_the_playlist_names_whole_segments_with_the_time_of_day(home: Path) -> None:
    write(home / "capture", "a.mjr", capture(tone(LOW, 5), after(0)))
    one = packer(home)
    one.advance([Part(0, None)], now_ms=0)
    text = (home / files.PLAYLIST).read_text()
    assert text.count("#EXTINF:2.005333,") == 5 * RATE // SEGMENT
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-29T20:00:00.000+00:00" in text
    assert "ENDLIST" not in text
    one.finish([Part(0, 5_000)])
    assert (home / files.PLAYLIST).read_text().endswith("#EXT-X-ENDLIST\n")


def test_a_playlist_that_was_cut_is_believed_as_far_as_it_is_whole(home: Path) -> None:
    writer = SoundWriter(home)
    writer.write(0, tone(LOW, 9).astype("float32") / 32_768)
    text = (home / files.PLAYLIST).read_text()
    (home / files.PLAYLIST).write_text(text[:-20])
    assert SoundWriter(home).head == 3 * SEGMENT - 2 * 1024
    assert SoundWriter(home).packed == 3 * SEGMENT


def test_each_segment_says_its_own_time(home: Path) -> None:
    """PyAV 18.1.0 lets each file start at zero unless two options say otherwise:
    findings/ffmpeg-fragments-start-at-zero.sh. The box is that of ISO/IEC 14496-12 §8.8.12, version 1."""
    writer = SoundWriter(home)
    writer.write(0, tone(LOW, 9).astype("float32") / 32_768)
    data = (home / files.SOUND).read_bytes()
    boxes = [at + 4 for at in range(len(data)) if data.startswith(b"tfdt\x01", at)]
    assert [int.from_bytes(data[at + 4 : at + 12]) for at in boxes] == [0, SEGMENT, 2 * SEGMENT, 3 * SEGMENT]
