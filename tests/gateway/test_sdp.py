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
        (OFFER.replace("\r\n", "\r"), "bad_lines"),
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
        (OFFER + "a=FINGERPRINT:sha-1 84:EA\r\n", "bad_fingerprint"),
        (OFFER + "a=ICE-PWD:short\r\n", "bad_ice"),
        (OFFER + "a=Candidate:garbage\r\n", "bad_candidate"),
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


# --- Other stacks ---


@pytest.mark.security("A30")
@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("a=fingerprint:sha-256", "a=fingerprint:SHA-256"),
        ("a=fingerprint:sha-256", "a=Fingerprint:Sha-256"),
        ("\r\n", "\n"),
        ("s=-\r\n", "s=-\n"),
        ("opus/48000/2", "opus/48000"),
        ("opus/48000/2", "OPUS/48000/2"),
        ("a=ice-ufrag:", "a=ICE-Ufrag:"),
        ("a=sendrecv", "a=SendRecv"),
    ],
)
def test_equivalent_forms_of_one_offer_are_one(written: str, otherwise: str) -> None:
    assert check_offer(OFFER.replace(written, otherwise)) == check_offer(OFFER)


@pytest.mark.security("A30")
def test_what_passes_is_as_it_came_but_for_its_form() -> None:
    lines = OFFER.split("\r\n")
    kept = check_offer(OFFER).split("\r\n")
    assert [line for line in lines if line not in kept and not line.startswith("a=candidate")] == []
    assert kept == [line for line in lines if line in kept]


UNREACHABLE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "0.1.2.3",
    "255.255.255.255",
    "240.0.0.1",
    "224.0.0.251",
    "239.255.255.250",
    "169.254.169.254",
    "127.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "localhost",
    "metadata.google.internal",
    "example.com",
    "example.com.local.",
    "a.local.example.com",
    ".local",
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "fe80::1",
    "fe80::1%eth0",
    "2001:db8::1%eth0",
    "ff02::fb",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:53aa:64c:0:0:80ff:fffe",
]


def candidate_of(address: str, port: int = 40_274) -> str:
    return f"candidate:1 1 udp 2122134271 {address} {port} typ host generation 0"


@pytest.mark.security("C22")
@pytest.mark.asvs("17.3.2")
@pytest.mark.parametrize("address", UNREACHABLE)
def test_a_candidate_that_the_gateway_must_not_send_to_is_left_out(address: str) -> None:
    assert check_candidate({"candidate": candidate_of(address), "sdpMid": "0"}) == {}
    for name in ("candidate", "CANDIDATE"):
        line = candidate_of(address).replace("candidate", name, 1)
        offer = OFFER + f"a={line}\r\na={HOST_CANDIDATE}\r\n"
        assert address not in [part for line in check_offer(offer).splitlines()[-2:] for part in line.split()]
        assert check_offer(offer).endswith(f"a={HOST_CANDIDATE}\r\n")


@pytest.mark.security("C22")
@pytest.mark.parametrize("port", [65_536, 99_999])
def test_a_port_that_cannot_be_is_left_out(port: int) -> None:
    assert check_candidate({"candidate": candidate_of("192.0.2.2", port)}) == {}


@pytest.mark.security("C22")
@pytest.mark.parametrize("address", ["192.0.2.2", "10.0.0.7", "172.16.0.2", "192.168.1.2", "fd00::2", "2001:db8::1"])
def test_a_candidate_of_another_machine_is_passed_on(address: str) -> None:
    passed = check_candidate({"candidate": candidate_of(address), "sdpMid": "0"})
    assert passed is not None and passed["candidate"] == candidate_of(address)
