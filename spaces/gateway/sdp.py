"""Check what a browser sends towards the gateway: one audio section, small, plain, and in the expected direction.

The checks are pure and come before anything reaches the gateway, whose WebSocket takes messages of any size and whose
SDP parser is written in C. Structure: RFC 8866 and RFC 8829; candidates: RFC 8839.

A description that passes is written anew in one form, whichever WebRTC stack it came from. The gateway's parser ignores
case, so a check of the text as it came could be evaded. Candidates that no browser of another machine can have are left
out: the gateway sends packets to every address a candidate names.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MAX_SDP_BYTES: Final = 16 * 1024
MAX_CANDIDATES: Final = 50
MAX_CANDIDATE_BYTES: Final = 1024
CANDIDATE_KEYS: Final = frozenset({"candidate", "sdpMid", "sdpMLineIndex", "usernameFragment", "completed"})
VOICE: Final = {
    "minptime": "10",
    "useinbandfec": "1",
    "usedtx": "0",
    "stereo": "0",
    "sprop-stereo": "0",
    "maxaveragebitrate": "32000",
}

_LINE: Final = re.compile(r"[a-z]=[ -~]*")
_NAME: Final = re.compile(r"a=[^:]*")
_FINGERPRINT: Final = re.compile(r"a=fingerprint:sha-256 ([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}", re.IGNORECASE)
_UFRAG: Final = re.compile(r"a=ice-ufrag:[A-Za-z0-9+/]{4,256}")
_PASSWORD: Final = re.compile(r"a=ice-pwd:[A-Za-z0-9+/]{22,256}")
_OPUS: Final = re.compile(r"a=rtpmap:(\d{1,3}) opus/48000(?:/2)?", re.IGNORECASE)
_SSRC: Final = re.compile(r"a=ssrc:\d{1,10}( .*)?")
_AUDIO: Final = re.compile(r"m=audio \d{1,5} UDP/TLS/RTP/SAVPF( \d{1,3}){1,64}")
_CANDIDATE: Final = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} [1-9]\d{0,4} (udp|tcp) \d{1,10} (?P<address>[A-Za-z0-9.:-]{1,255}(%[!-~]{1,64})?) "
    r"(?P<port>\d{1,5}) "
    r"typ (host|srflx|prflx|relay)( [!-~]{1,64}){0,32}",
    re.IGNORECASE,
)
_LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,63}\.local\.?", re.IGNORECASE)
"""A browser's name for an address that it hides. It is known only in the browser's own network."""
_MID: Final = re.compile(r"[!-~]{1,32}")
_FMTP_OF_OPUS: Final = re.compile(r"(?P<head>a=fmtp:\d{1,3} )(?P<parameters>[^\r\n]*)")
_DIRECTIONS: Final = frozenset({"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"})


class BadSdp(Exception):
    """A browser sent something that must not reach the gateway.

    Attributes:
        code: stable lower-case name, such as "not_one_audio".
        text: one English sentence, without any part of what was sent. It may name `values`.
        values: what stands in the sentence.
    """

    def __init__(self, code: str, text: str, **values: object) -> None:
        super().__init__(text.format(**values))
        self.code = code
        self.text = text
        self.values = values


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogues. This package does not know Django; who tells a person translates."""
    return text


def check_offer(sdp: str) -> str:
    """Return a speaker's offer in the form that may reach the gateway. Raise BadSdp.

    The offer must name its SSRC: the gateway mixed an offer without one as silence.
    """
    lines = _checked(sdp)
    _require(_SSRC, lines, code="no_ssrc")
    if _direction(lines) not in {"a=sendrecv", "a=sendonly"}:
        raise BadSdp("bad_direction", gettext_noop("A speaker's offer must send."))
    return _written(lines)


@dataclass(frozen=True, slots=True)
class AudioOnly:
    """The audio of an offer that may offer video, too, as broadcasting software does. `offer` has the one section that
    the mixer takes."""

    offer: str
    _sections: tuple[tuple[str, ...], ...]
    _index: int

    def completed(self, answer: str) -> str:
        """Return the gateway's answer with every other section of the offer rejected, in the order of the offer: port 0
        (RFC 8829, section 5.3.1). A section that is left out would be an error to the other side."""
        session, *audio = _split(answer.splitlines())
        parts = [audio[0] if index == self._index else _rejected(part) for index, part in enumerate(self._sections)]
        return _written([line for part in (session, *parts) for line in part])


def take_audio(sdp: str) -> AudioOnly:
    """Return the first audio section of an offer as an offer of its own. Raise BadSdp if there is none.

    Sections of one bundle share a transport, whose candidates may stand in any of them. They are kept. `check_offer`
    checks the result.
    """
    session, *sections = _split(_lines(sdp))
    index = next((index for index, part in enumerate(sections) if part[0].startswith("m=audio ")), None)
    if index is None:
        raise BadSdp("not_one_audio", gettext_noop("There must be an audio section."))
    audio = sections[index]
    mids = [line.removeprefix("a=mid:") for line in audio if line.startswith("a=mid:")]
    groups = [line for line in session if line.startswith("a=group:")]
    session = [line for line in session if line not in groups] + [f"a=group:BUNDLE {mid}" for mid in mids[:1]]
    if not any(line.startswith("a=candidate") for line in audio):
        others = (line for part in sections for line in part if line.startswith("a=candidate"))
        audio = [*audio, *dict.fromkeys(others)]
    return AudioOnly(_written([*session, *audio]), tuple(map(tuple, sections)), index)


def check_answer(sdp: str) -> str:
    """Return a listener's answer in the form that may reach the gateway. Raise BadSdp unless it only receives.

    An answer that sends is refused and not rewritten: no browser makes one by itself.
    """
    lines = _checked(sdp)
    if _direction(lines) not in {"a=recvonly", "a=inactive"}:
        raise BadSdp("bad_direction", gettext_noop("A listener's answer must not send."))
    return _written(lines)


def check_candidate(candidate: Mapping[str, object]) -> dict[str, object] | None:
    """Return a trickled candidate as `Handle.trickle` takes it. Raise BadSdp.

    None means that the browser has no more candidates. An empty `{}` means that this one is left out. Keys are those of
    RTCIceCandidateInit, and `completed`. An empty `candidate` is a browser's way to say that it has no more.
    """
    if not candidate.keys() <= CANDIDATE_KEYS:
        raise BadSdp("bad_candidate", gettext_noop("The candidate has unknown keys."))
    if candidate.get("completed") is True or candidate.get("candidate") == "":
        return None
    text, section = _candidate(candidate.get("candidate")), _section(candidate)
    return {"candidate": text} | section if is_reachable(text) else {}


def is_reachable(candidate: str) -> bool:
    """Return True if the gateway may send packets to the address of a candidate. It must be an address that a browser
    elsewhere can have, or a browser's hidden name. It must not be this machine, a broadcast or multicast address, or a
    service of a cloud's own network."""
    match = _CANDIDATE.fullmatch(candidate)
    if match is None or int(match["port"]) > 65_535:
        return False
    try:
        return _is_elsewhere(ipaddress.ip_address(match["address"]))
    except ValueError:
        return _LOCAL_NAME.fullmatch(match["address"]) is not None


def prefer_voice(answer: str) -> str:
    """Return the gateway's answer to a speaker, changed so that it asks the browser's encoder for voice.

    An encoder follows the `fmtp` it receives, so this is the only place from which the browser's can be set; the
    gateway has no option for it. Each parameter (RFC 7587):

    - `useinbandfec=1`: a lost packet is rebuilt from the next; the mixer decodes FEC.
    - `usedtx=0`: with DTX a silent browser sends a packet every 400 ms instead of every 20. The mixer judges talk by an
      average over so many packets, not over so much time (`janus_audiobridge_incoming_rtp`). Measured with Chromium and
      4 s pauses in speech: each pause was noticed within 0.5 s without DTX, and every second one not at all with it.
    - `stereo=0`, `sprop-stereo=0`: rooms are mixed in mono.
    - `maxaveragebitrate=32000`: full-band mono speech; more would only cost a phone its uplink.
    - `minptime=10`: the value that every browser sends itself.
    """
    return _FMTP_OF_OPUS.sub(_with_voice, answer)


def _is_elsewhere(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not (_is_special(address) or address.packed[0] == 0)
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if inner is not None or address.scope_id is not None or address.is_site_local:
        return False
    return not _is_special(address)


def _is_special(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved  # 255.255.255.255 is in 240.0.0.0/4; IPv4 within IPv6 is in ::/8
    )


def _checked(sdp: str) -> list[str]:
    """Check what offers and answers have in common. Return the lines in the form that may reach the gateway."""
    lines = _lines(sdp)
    audio = _audio(lines)
    _require(_FINGERPRINT, lines, code="bad_fingerprint")
    _require(_UFRAG, lines, code="bad_ice")
    _require(_PASSWORD, lines, code="bad_ice")
    _require_opus(lines, audio)
    _check_candidates(lines)
    return [_in_one_form(line) for line in lines if not _is_left_out(line)]


def _written(lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)


def _in_one_form(line: str) -> str:
    if match := _OPUS.fullmatch(line):
        return f"a=rtpmap:{match[1]} opus/48000/2"
    name, _, value = line.partition(" ")
    return f"{name.lower()} {value}" if name.lower() == "a=fingerprint:sha-256" else line


def _is_left_out(line: str) -> bool:
    return line.startswith("a=candidate") and not is_reachable(line.removeprefix("a="))


def _lines(sdp: str) -> list[str]:
    """Split a description into lines, which end in CRLF, or in LF alone as RFC 8866 asks of readers. Attribute names
    become lower case, because the gateway's parser accepts `a=CANDIDATE` as a candidate too."""
    if len(sdp) > MAX_SDP_BYTES:
        raise BadSdp("too_long", gettext_noop("A session description may have {limit} bytes."), limit=MAX_SDP_BYTES)
    *lines, rest = (line.removesuffix("\r") for line in sdp.split("\n"))
    if rest or not lines or not all(_LINE.fullmatch(line) for line in lines):
        text = gettext_noop("A session description is made of lines of printable ASCII that end in CRLF or LF.")
        raise BadSdp("bad_lines", text)
    return [_NAME.sub(lambda name: name[0].lower(), line, count=1) for line in lines]


def _split(lines: list[str]) -> list[list[str]]:
    """Return the session's lines, then those of each section."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            parts.append([])
        parts[-1].append(line)
    return parts


def _rejected(section: Sequence[str]) -> list[str]:
    kind, _port, rest = section[0].split(" ", 2)
    mids = [line for line in section if line.startswith("a=mid:")]
    return [f"{kind} 0 {rest}", "c=IN IP4 0.0.0.0", "a=inactive", *mids]


def _audio(lines: list[str]) -> str:
    """Return the line that opens the audio section."""
    sections = [line for line in lines if line.startswith("m=")]
    if lines[0] != "v=0" or len(sections) != 1 or not _AUDIO.fullmatch(sections[0]):
        raise BadSdp("not_one_audio", gettext_noop("There must be exactly one audio section and no other."))
    return sections[0]


def _require(shape: re.Pattern[str], lines: list[str], *, code: str) -> None:
    """Raise unless there is at least one attribute of this name, and each one has this shape."""
    name = shape.pattern.partition(":")[0] + ":"
    found = [line for line in lines if line.startswith(name)]
    if not found or not all(shape.fullmatch(line) for line in found):
        raise BadSdp(code, gettext_noop("There is no good attribute “{name}”."), name=name.removeprefix("a="))


def _require_opus(lines: list[str], audio: str) -> None:
    offered = {match[1] for line in lines if (match := _OPUS.fullmatch(line))}
    if offered.isdisjoint(audio.split()[3:]):
        raise BadSdp("no_opus", gettext_noop("There is no Opus among the codecs."))


def _check_candidates(lines: list[str]) -> None:
    candidates = [line.removeprefix("a=") for line in lines if line.startswith("a=candidate")]
    if len(candidates) > MAX_CANDIDATES:
        raise BadSdp("too_many_candidates", gettext_noop("There may be {limit} candidates."), limit=MAX_CANDIDATES)
    for candidate in candidates:
        _candidate(candidate)


def _direction(lines: list[str]) -> str:
    """Return the media section's direction, or else the session's, or else the default of RFC 8866."""
    section = lines.index(_audio(lines))
    for part in (lines[section:], lines[:section]):
        found = [line for line in part if line in _DIRECTIONS]
        if len(found) > 1:
            raise BadSdp("bad_direction", gettext_noop("There is more than one direction."))
        if found:
            return found[0]
    return "a=sendrecv"


def _candidate(text: object) -> str:
    if not isinstance(text, str) or len(text) > MAX_CANDIDATE_BYTES or not _CANDIDATE.fullmatch(text):
        raise BadSdp("bad_candidate", gettext_noop("This is not a candidate."))
    return text


def _section(candidate: Mapping[str, object]) -> dict[str, object]:
    """Return the media section a candidate belongs to. There is only one."""
    mid, index = candidate.get("sdpMid"), candidate.get("sdpMLineIndex")
    if index not in (None, 0) or isinstance(index, bool):
        raise BadSdp("bad_candidate", gettext_noop("The candidate is for a section that does not exist."))
    if mid is not None and not (isinstance(mid, str) and _MID.fullmatch(mid)):
        raise BadSdp("bad_candidate", gettext_noop("The candidate's sdpMid is not a mid."))
    return {"sdpMLineIndex": 0} | ({"sdpMid": mid} if mid is not None else {})


def _with_voice(fmtp: re.Match[str]) -> str:
    given = dict(pair.strip().partition("=")[::2] for pair in fmtp["parameters"].split(";"))
    return fmtp["head"] + ";".join(f"{name}={value}" for name, value in (given | VOICE).items())
