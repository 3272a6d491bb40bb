"""RTP packets: read, put into order, and lost ones noticed."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captions.ingest.opus import SILENCE, OpusDecoder
from captions.ingest.rtp import NotRtp, Packet, Reorderer, parse
from tests.support.voice import level, packets, rtp, tone


def heard(numbers: list[int], *, first: int = 0) -> list[tuple[int, bool]]:
    """Positions that come out, and whether each has sound; each packet's payload is its own number."""
    order, found = Reorderer(), []
    for number in numbers:
        payload = str(number).encode()
        for position, sound in order.push(Packet(1, (first + number) % 65536, payload)):
            assert sound is None or int(sound) + first == position
            found.append((position - first, sound is not None))
    return found


def test_a_packet_is_read() -> None:
    assert parse(rtp(b"sound", ssrc=7, sequence=3, timestamp=960)) == Packet(7, 3, b"sound")


def test_extension_sources_and_padding_are_left_out() -> None:
    head = bytes([0x80 | 0x20 | 0x10 | 1, 111, 0, 3]) + bytes(4) + (7).to_bytes(4)
    datagram = head + bytes(4) + b"\xbe\xde\0\1" + bytes(4) + b"sound" + b"\0\0\3"
    assert parse(datagram) == Packet(7, 3, b"sound")


@given(st.binary(max_size=64))
def test_no_datagram_breaks_it(datagram: bytes) -> None:
    with contextlib.suppress(NotRtp):
        assert parse(datagram).payload


@pytest.mark.parametrize("first", [0, 65_530])
def test_in_order_everything_comes_out_at_once(first: int) -> None:
    assert heard(list(range(20)), first=first) == [(n, True) for n in range(20)]


@given(st.permutations(range(1, 1 + Reorderer.DEPTH)), st.integers(0, 65_535))
def test_what_comes_out_of_order_is_put_into_order(numbers: list[int], first: int) -> None:
    assert heard([0, *numbers], first=first) == [(n, True) for n in range(1 + Reorderer.DEPTH)]


@given(st.lists(st.integers(0, 40), min_size=1))
def test_positions_never_go_back_and_nothing_comes_twice(numbers: list[int]) -> None:
    positions = [position for position, _ in heard([0, *numbers])]
    assert positions == sorted(set(positions))


def test_a_lost_packet_is_given_up_when_enough_later_ones_are_there() -> None:
    assert heard([0, 2, 3, 4, 5]) == [(0, True)]
    assert heard([0, 2, 3, 4, 5, 6]) == [(0, True), (1, False), *((n, True) for n in range(2, 7))]


def test_one_that_comes_too_late_is_left_out() -> None:
    assert heard([0, 2, 3, 4, 5, 6, 1]) == heard([0, 2, 3, 4, 5, 6])


@pytest.mark.parametrize(("sequence", "follows"), [(12, True), (9, True), (160, True), (40_000, False), (0, True)])
def test_a_sender_that_starts_anew_does_not_follow(sequence: int, follows: bool) -> None:
    order = Reorderer()
    assert order.follows(Packet(1, sequence, b"x"))
    for number in (10, 11):
        order.push(Packet(1, number, b"x"))
    assert order.follows(Packet(1, sequence, b"x")) == follows


def test_opus_becomes_sound_at_16_khz() -> None:
    decoder = OpusDecoder()
    pcm = b"".join(decoder.decode(parse(packet).payload) for packet in packets(tone(440, seconds=1), ssrc=1))
    assert abs(len(pcm) / 32_000 - 1) < 0.05
    assert level(pcm, 440) > level(pcm, 880) + 30


def test_what_is_lost_or_broken_is_silent_and_as_long() -> None:
    decoder = OpusDecoder()
    assert decoder.decode(None) == SILENCE
    assert set(decoder.decode(b"\xff" * 5)) <= {0}
