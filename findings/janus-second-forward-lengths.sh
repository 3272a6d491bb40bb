#!/usr/bin/env bash
# A second forward of the whole mix of a Janus AudioBridge room with groups has packets of another stream's length.
#
# Versions:  Janus 1.1.2-1 (Debian 12), plugin AudioBridge 0.0.12; Python 3.11 sends and receives plain RTP.
# Behaviour: Two `rtp_forward` requests send the same mix to two ports, and should send the same bytes. In a room with
#            groups, each forwarded by itself, they do not in some of the rooms: one of the two has the right first bytes
#            in each packet, but the length of the packet that was sent before it, which is a group's. Whether a room is
#            hit depends on the order of its forwards, which follows from random ids. Decoders do not complain.
# Guess:     Both forwards are the same, byte for byte, in each room.
# Seen:      24 rooms with four groups: 9 were hit, in each 44 of about 50 packets; 6 rooms without groups: none.
# Date:      2026-11-28
set -euo pipefail
if [ "${1:-}" != inside ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    script=$(realpath "$0")
    cd "$work"
    # The gateway goes into the temporary folder with what it needs and is not there yet; nothing is installed.
    janus=janus=1.1.2-1
    needed=$(apt-get install --simulate --no-install-recommends "$janus" | awk '/^Inst/ && $2 != "janus" {print $2}')
    # shellcheck disable=SC2086
    apt-get download -qq "$janus" $needed 2>download.log || { cat download.log; exit 2; }
    for package in *.deb; do dpkg -x "$package" root; done
    # A network of its own, which has a loopback interface and nothing else.
    unshare --map-root-user --net "$script" inside
    exit
fi

ip link set lo up
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
mkdir configs none
cat >configs/janus.jcfg <<END
general: {
  configs_folder = "$PWD/configs"
  plugins_folder = "$libraries/janus/plugins"
  transports_folder = "$libraries/janus/transports"
  events_folder = "$PWD/none"
  loggers_folder = "$PWD/none"
  session_timeout = 0
}
END
echo 'general: { http = true, ip = "127.0.0.1", port = 8088, base_path = "/janus" }' >configs/janus.transport.http.jcfg
echo 'general: { local_ip = "127.0.0.1" }' >configs/janus.plugin.audiobridge.jcfg
for name in "$libraries"/janus/plugins/*.so; do case $name in *audiobridge*) ;; *) rm "$name" ;; esac; done
for name in "$libraries"/janus/transports/*.so; do case $name in *http*) ;; *) rm "$name" ;; esac; done
LD_LIBRARY_PATH="$libraries" root/usr/bin/janus --config=configs/janus.jcfg --configs-folder=configs >gateway.log 2>&1 &
gateway=$!
trap 'kill "$gateway" && wait "$gateway" || true' EXIT

python3 - <<'PYTHON'
import json
import math
import socket
import struct
import sys
import time
from bisect import bisect
from urllib.error import URLError
from urllib.request import Request, urlopen

GATEWAY, FRAME = "http://127.0.0.1:8088/janus", 160


def call(address, **message):
    body = json.dumps({"transaction": "t", **message}).encode() if message else None
    with urlopen(Request(address, body, {"Content-Type": "application/json"}), timeout=5) as answer:
        return json.load(answer)


class Handle:
    """One handle of the AudioBridge, in a session of its own."""

    def __init__(self):
        self.session = f"{GATEWAY}/{call(GATEWAY, janus='create')['data']['id']}"
        attached = call(self.session, janus="attach", plugin="janus.plugin.audiobridge")
        self.address = f"{self.session}/{attached['data']['id']}"

    def ask(self, **body):
        answer = call(self.address, janus="message", body=body)
        while answer["janus"] != "success" and answer["janus"] != "event":
            answer = call(self.session)
        found = answer["plugindata"]["data"]
        return found if "error" not in found else sys.exit(f"the gateway refuses {body}: {found}")


def udp():
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    opened.settimeout(3)
    return opened


def linear(code):
    """Return the sample that a byte of G.711 mu-law stands for."""
    code ^= 0xFF
    size = (((code & 15) << 3) + 132 << ((code & 0x70) >> 4)) - 132
    return -size if code & 128 else size


CODES = sorted((linear(code), code) for code in range(256))


def mulaw(samples):
    return bytes(CODES[min(bisect(CODES, (round(sample), 0)), 255)][1] for sample in samples)


def wait_for_gateway():
    for _ in range(50):
        try:
            return call(f"{GATEWAY}/info")
        except URLError:
            time.sleep(0.2)
    sys.exit("the gateway does not start")


class Speaker:
    """A participant that sends plain RTP, as a telephone gateway does."""

    def __init__(self, room, **more):
        self.handle, self.socket = Handle(), udp()
        mine = {"ip": "127.0.0.1", "port": self.socket.getsockname()[1], "payload_type": 0}
        theirs = self.handle.ask(request="join", room=room, codec="pcmu", rtp=mine, **more)["rtp"]
        self.target, self.sent = (theirs["ip"], theirs["port"]), 0

    def send(self, samples):
        self.sent += 1
        header = struct.pack(">BBHII", 0x80, 0, self.sent, self.sent * FRAME, 1000)
        self.socket.sendto(header + mulaw(samples), self.target)


def tone(packet, frequency, size):
    at = range(packet * FRAME, (packet + 1) * FRAME)
    return [size * math.sin(2 * math.pi * frequency * n / 8000) for n in at]


GROUPS, ROOMS, PACKETS = ["first", "second", "third", "fourth"], 24, 50


def forward(handle, room, **more):
    out = udp()
    port = out.getsockname()[1]
    handle.ask(request="rtp_forward", room=room, host="127.0.0.1", port=port, codec="opus", always_on=True, **more)
    return out


def payloads(opened):
    opened.setblocking(False)
    found = []
    while True:
        try:
            found.append(opened.recv(2000)[12:])
        except BlockingIOError:
            return found


def alike(one, other):
    """Return whether one packet is the beginning of the other, which the same sound of two lengths is."""
    return one[: len(other)] == other[: len(one)]


def wrong_lengths(room, groups):
    """Return how many packets of two forwards of one mix begin the same and have two lengths."""
    handle = Handle()
    with_groups = {"groups": groups} if groups else {}
    handle.ask(request="create", room=room, sampling_rate=16000, allow_rtp_participants=True, **with_groups)
    speaker = Speaker(room, **({"group": groups[0]} if groups else {}))
    mixes = [forward(handle, room) for _ in range(2)]
    lanes = [forward(handle, room, group=group) for group in groups]
    began = time.monotonic()
    for packet in range(PACKETS):
        speaker.send(tone(packet, 200 + 20 * packet, 8000 if packet // 10 % 2 else 2000))
        time.sleep(max(0, began + (packet + 1) * 0.02 - time.monotonic()))
    one, other = (payloads(mix) for mix in mixes)
    handle.ask(request="destroy", room=room)
    for opened in [*mixes, *lanes, speaker.socket]:
        opened.close()
    # The two may have begun a packet apart: the right offset is the one at which most packets are alike.
    pairs = [list(zip(one[skip:], other)) for skip in range(4)] + [list(zip(one, other[skip:])) for skip in range(1, 4)]
    best = max(pairs, key=lambda pair: sum(alike(*both) for both in pair))
    return sum(alike(*both) and len(both[0]) != len(both[1]) for both in best), len(best)


wait_for_gateway()
plain = [wrong_lengths(100 + number, []) for number in range(6)]
grouped = [wrong_lengths(200 + number, GROUPS) for number in range(ROOMS)]
for name, rooms in (("without groups", plain), ("with four groups", grouped)):
    hit = [wrong for wrong, _ in rooms if wrong > PACKETS / 4]
    print(f"rooms {name}: {len(rooms)}, hit {len(hit)}, wrong packets of about {PACKETS} in those: {hit}")
if any(wrong for wrong, _ in plain) or not hit:
    sys.exit("changed: two forwards of one mix are the same")
PYTHON
