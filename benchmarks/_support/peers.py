"""WebRTC peers that cost next to nothing once they are connected: handshake, then sink.

A peer does what a browser does until audio flows: ICE both ways, DTLS with use_srtp. From then on the kernel drops
incoming audio before it reaches the socket's queue, by a socket filter on the first byte (RFC 7983); by then the
gateway has already paid for sending it. The peer only answers the packets that keep the connection alive. A witness is
a peer that counts packets instead, and a voice is a peer that sends.
"""

import array
import asyncio
import contextlib
import ctypes
import itertools
import math
import re
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto
from pylibsrtp import Policy, Session

from spaces.gateway import rtp
from tests.support.opus import FRAME, RATE, opus_packets

UP_WITHIN: Final = 10.0
CHECK_EVERY: Final = 0.05
FRAME_SECONDS: Final = 0.02
_ANY: Final = b"SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80"
_PLAIN: Final = b"SRTP_AES128_CM_SHA1_80"
"""The only SRTP profile whose keys `_policy` can make. Peers that send, or decode what they hear, need it."""
_LEVEL: Final = 1
"""The number of the header extension with the level of the sound."""
_SO_ATTACH_FILTER: Final = 26
# Load the byte behind the UDP header; 64 and more is RTP: drop it, keep the rest.
_NO_RTP: Final = struct.pack("HBBI" * 4, 0x30, 0, 0, 8, 0x35, 0, 1, 64, 0x06, 0, 0, 0, 0x06, 0, 0, 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Identity:
    """One certificate for all peers, because creating certificates is not part of the measurement."""

    key: crypto.PKey
    certificate: crypto.X509
    fingerprint: str


def identity() -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    digest = ":".join(f"{byte:02X}" for byte in certificate.fingerprint(hashes.SHA256()))
    return Identity(crypto.PKey.from_cryptography_key(key), crypto.X509.from_cryptography(certificate), digest)


class Peer:
    """One WebRTC connection to the gateway.

    Args:
        offers: whether this side makes the offer; it then controls ICE and waits for the DTLS hello.
        decodes: whether this peer will `listen`.
    """

    def __init__(self, address: str, own: Identity, *, offers: bool, decodes: bool = False) -> None:
        self.packets = 0
        self.profile = ""
        self._own = own
        self._offers = offers
        self._profiles = _PLAIN if offers or decodes else _ANY
        self._on_payload: Callable[[bytes], None] | None = None
        self._ufrag, self._password = secrets.token_hex(4), secrets.token_hex(12)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.bind((address, 0))
        self._checked, self._was_checked = asyncio.Event(), asyncio.Event()
        self._secure, self._hears = asyncio.Event(), asyncio.Event()
        self._remote: tuple[str, int] = ("", 0)
        self._dtls: Any = None
        self._counts = False

    # --- what is said ---

    def offer(self, ssrc: int) -> str:
        lines = [*self._head(["0"]), *self._section("0", "actpass", "sendrecv"), f"a=ssrc:{ssrc} cname:peer"]
        lines += [f"a=extmap:{_LEVEL} urn:ietf:params:rtp-hdrext:ssrc-audio-level"]
        return "\r\n".join(lines) + "\r\n"

    def answer(self, offer: str) -> str:
        mids = re.findall(r"^a=mid:(\S+)", offer, re.MULTILINE)
        sections = itertools.chain.from_iterable(self._section(mid, "active", "recvonly") for mid in mids)
        return "\r\n".join([*self._head(mids), *sections]) + "\r\n"

    def _head(self, mids: list[str]) -> list[str]:
        return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]

    def _section(self, mid: str, setup: str, direction: str) -> list[str]:
        host, port = self._socket.getsockname()
        return [
            f"m=audio {port} UDP/TLS/RTP/SAVPF 111",
            f"c=IN IP4 {host}",
            f"a=candidate:1 1 udp 2122260223 {host} {port} typ host",
            "a=end-of-candidates",
            f"a=ice-ufrag:{self._ufrag}",
            f"a=ice-pwd:{self._password}",
            f"a=fingerprint:sha-256 {self._own.fingerprint}",
            f"a=setup:{setup}",
            f"a=mid:{mid}",
            f"a={direction}",
            "a=rtcp-mux",
            "a=rtpmap:111 opus/48000/2",
        ]

    # --- coming up ---

    async def connect(self, description: str) -> None:
        """Connect, and return when the keys are agreed on. Raises TimeoutError."""
        self._their_ufrag = _first(r"a=ice-ufrag:(\S+)", description)
        self._their_password = _first(r"a=ice-pwd:(\S+)", description)
        host, port = re.findall(r"a=candidate:\S+ 1 udp \d+ ([\d.]+) (\d+) typ host", description, re.IGNORECASE)[0]
        self._remote = (host, int(port))
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        async with asyncio.timeout(UP_WITHIN):
            await self._check()
            self._begin_dtls()
            while not self._secure.is_set():
                await self._flight()

    def sink(self) -> None:
        buffer = ctypes.create_string_buffer(_NO_RTP)
        program = struct.pack("HL", 4, ctypes.addressof(buffer))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)

    def witness(self) -> None:
        """Count incoming packets from now on."""
        self.packets, self._counts = 0, True

    def listen(self, on_payload: Callable[[bytes], None]) -> None:
        """Pass on incoming Opus packets from now on."""
        self._incoming = Session(self._policy(Policy.SSRC_ANY_INBOUND, of_server=not self._offers))
        self._on_payload, self._counts = on_payload, True

    async def heard(self) -> None:
        """Wait for the first packet of a witness. Raises TimeoutError."""
        async with asyncio.timeout(UP_WITHIN):
            await self._hears.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def sender(self, ssrc: int) -> Callable[..., None]:
        """Return a function that sends a 20 ms Opus packet as this peer's voice, with its number counting from 0.

        `below` is how far its sound is below the loudest possible, in dB (RFC 6464). The mixer notices by it who talks.
        """
        session = Session(self._policy(Policy.SSRC_ANY_OUTBOUND, of_server=True))

        def send(payload: bytes, number: int, *, below: int | None = None) -> None:
            first = 0x80 if below is None else 0x90
            header = struct.pack("!BBHII", first, 111, number & 0xFFFF, number * 960 & 0xFFFFFFFF, ssrc)
            if below is not None:
                header += struct.pack("!HHBBH", 0xBEDE, 1, _LEVEL << 4, min(below, 127), 0)
            with contextlib.suppress(BlockingIOError):
                self._socket.sendto(session.protect(header + payload), self._remote)

        return send

    async def _check(self) -> None:
        """Wait until our check is answered and theirs has come. A DTLS hello sent too early costs a second."""
        while not (self._checked.is_set() and self._was_checked.is_set()):
            self._send_check()
            await asyncio.sleep(CHECK_EVERY)

    def _send_check(self) -> None:
        role = "ICE-CONTROLLING" if self._offers else "ICE-CONTROLLED"
        attributes: dict[str, Any] = {"USERNAME": f"{self._their_ufrag}:{self._ufrag}", "PRIORITY": 1853824767}
        attributes[role] = 1
        if self._offers:
            attributes["USE-CANDIDATE"] = None
        self._say(stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes), self._their_password)

    def _say(self, message: stun.Message, password: str) -> None:
        message.add_message_integrity(password.encode())
        self._socket.sendto(bytes(message), self._remote)

    def _begin_dtls(self) -> None:
        context = SSL.Context(SSL.DTLS_METHOD)
        context.use_privatekey(self._own.key)
        context.use_certificate(self._own.certificate)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.set_tlsext_use_srtp(self._profiles)
        self._dtls = SSL.Connection(context)
        if self._offers:
            self._dtls.set_accept_state()
        else:
            self._dtls.set_connect_state()
        self._handshake()

    def _handshake(self) -> None:
        try:
            self._dtls.do_handshake()
            self._secure.set()
            self.profile = self._dtls.get_selected_srtp_profile().decode()
        except SSL.WantReadError:
            pass
        self._flush()

    async def _flight(self) -> None:
        """Send a flight again if no answer comes in time, as a browser does: it may be lost, or have come too early."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._dtls.DTLSv1_get_timeout() or CHECK_EVERY):
                await self._secure.wait()
        if not self._secure.is_set() and self._dtls.DTLSv1_handle_timeout():
            self._flush()

    def _flush(self) -> None:
        with contextlib.suppress(SSL.WantReadError):
            while True:
                self._socket.sendto(self._dtls.bio_read(1500), self._remote)

    def _policy(self, direction: int, *, of_server: bool) -> Policy:
        """Build the SRTP policy. The material is client key, server key, client salt, server salt (RFC 5764 §4.2)."""
        keys = self._dtls.export_keying_material(b"EXTRACTOR-dtls_srtp", 60)
        key = keys[16:32] + keys[46:60] if of_server else keys[:16] + keys[32:46]
        return Policy(key=key, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AES128_CM_SHA1_80)

    # --- what comes ---

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            while True:
                self._take(self._socket.recv(2048))

    def _take(self, data: bytes) -> None:
        if data[0] < 4:
            self._take_stun(stun.parse_message(data))
        elif data[0] < 64 and self._dtls is not None and not self._secure.is_set():
            self._dtls.bio_write(data)
            self._handshake()
        elif self._counts and data[0] >= 128 and not 192 <= data[1] <= 223:  # not RTCP
            self.packets += 1
            self._hears.set()
            if self._on_payload is not None:
                self._on_payload(rtp.payload(self._incoming.unprotect(data)))

    def _take_stun(self, message: stun.Message) -> None:
        if message.message_class == stun.Class.RESPONSE:
            self._checked.set()
        elif message.message_class == stun.Class.REQUEST:
            answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
            answer.attributes["XOR-MAPPED-ADDRESS"] = self._remote
            self._say(answer, self._password)
            self._was_checked.set()


def opus_tone(hertz: int, packets: int = 50) -> list[bytes]:
    """Return a tone as Opus packets of 20 ms, 32 kbit/s."""
    wave = (round(8_000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(packets * FRAME))
    return opus_packets(array.array("h", wave))


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"no {pattern} in the description")
    return found[1]
