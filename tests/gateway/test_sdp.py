"""What browsers send passes; everything else stops here."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaces.gateway.sdp import (
    MAX_CANDIDATE_BYTES,
    MAX_CANDIDATES,
    MAX_SDP_BYTES,
    BadSdp,
    check_answer,
    check_candidate,
    check_offer,
    prefer_voice,
)

from .descriptions import ANSWER, CANDIDATES, GATEWAY_ANSWER, HOST_CANDIDATE, OFFER

SECOND_AUDIO = OFFER[OFFER.index("m=audio") :]
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n"
DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n"
FINGERPRINT = OFFER[OFFER.index("a=fingerprint") : OFFER.index("a=setup")]


def code_of(sdp: str) -> str:
    with pytest.raises(BadSdp) as refused:
        check_offer(sdp)
    return refused.value.code


def test_a_browsers_offer_passes() -> None:
    check_offer(OFFER)


def test_a_browsers_answer_passes() -> None:
    check_answer(ANSWER)


def test_an_offer_that_only_sends_passes() -> None:
    check_offer(OFFER.replace("a=sendrecv", "a=sendonly"))


@pytest.mark.parametrize(
    ("sdp", "code"),
    [
        ("", "bad_lines"),
        ("\r\n", "bad_lines"),
        ("v=0", "bad_lines"),
        ("v=0\r\n", "not_one_audio"),
        (OFFER.removesuffix("\r\n"), "bad_lines"),
        (OFFER.replace("\r\n", "\n"), "bad_lines"),
        (OFFER.replace("s=-", "s=-\ra=evil"), "bad_lines"),
        (OFFER.replace("s=-", "s=\x00"), "bad_lines"),
        (OFFER.replace("s=-", "s=\N{SNOWMAN}"), "bad_lines"),
        (OFFER.replace("s=-", "s=\ud800"), "bad_lines"),
        (OFFER.replace("s=-", ""), "bad_lines"),
        (OFFER + "a=x:" + "x" * MAX_SDP_BYTES + "\r\n", "too_long"),
        (OFFER * 300, "too_long"),
        (OFFER.removeprefix("v=0\r\n"), "not_one_audio"),
        (OFFER + VIDEO, "not_one_audio"),
        (OFFER + DATA, "not_one_audio"),
        (OFFER + SECOND_AUDIO, "not_one_audio"),
        (OFFER.replace("m=audio", "m=video"), "not_one_audio"),
        (OFFER.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "not_one_audio"),
        (OFFER.replace("m=audio 9 UDP", "m=audio x UDP"), "not_one_audio"),
        (OFFER.replace(FINGERPRINT, ""), "bad_fingerprint"),
        (OFFER.replace("sha-256 84:EA", "sha-1 84:EA"), "bad_fingerprint"),
        (OFFER.replace("sha-256 84:EA", "sha-256 84"), "bad_fingerprint"),
        (OFFER.replace("a=ice-ufrag:kR7+\r\n", ""), "bad_ice"),
        (OFFER.replace("a=ice-ufrag:kR7+", "a=ice-ufrag:k R"), "bad_ice"),
        (OFFER.replace("a=ice-pwd:oLYBWmlEJdodCCs/GG8k8ELE", "a=ice-pwd:short"), "bad_ice"),
        (OFFER.replace("opus/48000/2", "speex/48000"), "no_opus"),
        (OFFER.replace("SAVPF 111 63", "SAVPF 63"), "no_opus"),
        (OFFER.replace("a=ssrc", "a=nothing"), "no_ssrc"),
        (OFFER.replace("a=sendrecv", "a=recvonly"), "bad_direction"),
        (OFFER.replace("a=sendrecv", "a=inactive"), "bad_direction"),
        (OFFER.replace("a=sendrecv", "a=sendrecv\r\na=recvonly"), "bad_direction"),
        (OFFER + f"a={HOST_CANDIDATE}\r\n" * (MAX_CANDIDATES + 1), "too_many_candidates"),
        (OFFER + "a=candidate:garbage\r\n", "bad_candidate"),
    ],
)
@pytest.mark.fault("C6")
def test_an_offer_no_browser_makes_is_refused(sdp: str, code: str) -> None:
    assert code_of(sdp) == code


@pytest.mark.parametrize("direction", ["a=sendrecv", "a=sendonly", "a=rtcp-rsize"])
@pytest.mark.fault("D6")
def test_a_listeners_answer_that_sends_is_refused(direction: str) -> None:
    with pytest.raises(BadSdp) as refused:
        check_answer(ANSWER.replace("a=recvonly", direction))
    assert refused.value.code == "bad_direction"


def test_a_direction_may_stand_before_the_section() -> None:
    check_answer(ANSWER.replace("a=recvonly\r\n", "").replace("t=0 0\r\n", "t=0 0\r\na=recvonly\r\n"))


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(BadSdp) as refused:
        check_offer(OFFER.replace("a=ice-pwd:oLYBWmlEJdodCCs/GG8k8ELE", "a=ice-pwd:private"))
    assert "private" not in str(refused.value)


@given(st.text())
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with pytest.raises(BadSdp):
        check_offer(text)


@given(st.integers(0, len(OFFER)), st.integers(0, 40), st.text(max_size=10))
def test_no_damage_does_more_than_be_refused(at: int, length: int, inserted: str) -> None:
    with contextlib.suppress(BadSdp):
        check_offer(OFFER[:at] + inserted + OFFER[at + length :])


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_a_browsers_candidate_passes(candidate: str) -> None:
    sent = {"candidate": candidate, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "kR7+"}
    assert check_candidate(sent) == {"candidate": candidate, "sdpMid": "0", "sdpMLineIndex": 0}


@pytest.mark.parametrize("end", [{"completed": True}, {"candidate": "", "sdpMid": "0", "sdpMLineIndex": 0}])
def test_the_end_of_candidates_is_none(end: dict[str, object]) -> None:
    assert check_candidate(end) is None


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"candidate": None},
        {"candidate": 5},
        {"candidate": "garbage"},
        {"candidate": [HOST_CANDIDATE]},
        {"candidate": HOST_CANDIDATE + "\r\na=evil"},
        {"candidate": HOST_CANDIDATE + "\n"},
        {"candidate": HOST_CANDIDATE + " x" * MAX_CANDIDATE_BYTES},
        {"candidate": HOST_CANDIDATE, "sdpMLineIndex": 1},
        {"candidate": HOST_CANDIDATE, "sdpMLineIndex": False},
        {"candidate": HOST_CANDIDATE, "sdpMLineIndex": "0"},
        {"candidate": HOST_CANDIDATE, "sdpMid": 0},
        {"candidate": HOST_CANDIDATE, "sdpMid": "0\r\n"},
        {"candidate": HOST_CANDIDATE, "handle_id": 7},
        {"candidate": HOST_CANDIDATE, "janus": "destroy"},
        {"completed": "yes"},
    ],
)
@pytest.mark.fault("C7")
def test_a_candidate_no_browser_makes_is_refused(sent: dict[str, object]) -> None:
    with pytest.raises(BadSdp):
        check_candidate(sent)


def test_the_answer_asks_for_voice() -> None:
    asked = prefer_voice(GATEWAY_ANSWER)
    assert "a=fmtp:111 maxplaybackrate=48000;stereo=0;sprop-stereo=0;useinbandfec=1;minptime=10;usedtx=0;" in asked


def test_asking_for_voice_changes_one_line() -> None:
    before, after = GATEWAY_ANSWER.split("\r\n"), prefer_voice(GATEWAY_ANSWER).split("\r\n")
    assert [line[:6] for line, other in zip(before, after, strict=True) if line != other] == ["a=fmtp"]
