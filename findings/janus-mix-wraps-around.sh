#!/usr/bin/env bash
# Two loud speakers in a room of Janus AudioBridge do not clip: the mix wraps around, and peaks become troughs.
#
# Versions:  Janus 1.1.2-1 (Debian 12), plugin AudioBridge 0.0.12; Python 3.11 sends and receives plain RTP.
# Behaviour: Each speaker sends the same sine of 200 Hz at 24,000 of 32,767, loud but not clipped. With one speaker the mix
#            is that sine. With two the sum goes to 48,000, and what goes out is the sum modulo 65,536: the signal jumps
#            from one end of the scale to the other, four times in each wave. No message, no warning, no limiter.
# Guess:     The mix is clipped at ±32,767, or scaled by the number of speakers.
# Seen:      in 4 s of mix, jumps of more than 30,000 between neighbouring samples: one speaker 0, two speakers 3,104.
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
from threading import Thread
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


def mix_of(room, speakers):
    """Return about four seconds of what a room sends, in which so many people speak at the same time."""
    handle, out = Handle(), udp()
    handle.ask(request="create", room=room, sampling_rate=16000, allow_rtp_participants=True)
    port = out.getsockname()[1]
    handle.ask(request="rtp_forward", room=room, host="127.0.0.1", port=port, codec="pcmu", always_on=True)
    people, samples = [Speaker(room) for _ in range(speakers)], []
    Thread(target=speak, args=(people, 225), daemon=True).start()
    for _ in range(200):
        samples += [linear(code) for code in out.recv(2000)[12:]]
    return samples


def speak(people, packets):
    began = time.monotonic()
    for packet in range(packets):
        for person in people:
            person.send(tone(packet, 200, 24_000))
        time.sleep(max(0, began + (packet + 1) * 0.02 - time.monotonic()))


wait_for_gateway()
jumps = []
for number in (1, 2):
    heard = mix_of(number, number)
    jumps.append(sum(abs(one - next_one) > 30_000 for one, next_one in zip(heard, heard[1:])))
    print(f"speakers {number}: {len(heard)} samples, peak {max(heard)}, jumps from end to end {jumps[-1]}")
if jumps[0] > 0 or jumps[1] < 1000:
    sys.exit("changed: the mix does not wrap around")
PYTHON
