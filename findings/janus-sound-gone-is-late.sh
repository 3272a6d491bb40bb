#!/usr/bin/env bash
# Janus says that a speaker's sound is gone not one second after the last packet, as it is set, but after up to three.
#
# Versions:  Janus 1.1.2-1 (Debian 12), AudioBridge; aiortc 1.16.0 is the speaker, Python 3.11.
# Behaviour: `no_media_timer` is the number of seconds without packets after which the gateway sends the event `media`
#            with `receiving: false`; it is 1 unless set. A WebRTC speaker sends sound, pauses (the connection stays),
#            and sends again, five times. The event comes 1.4 to 3.0 seconds after the last packet, mostly more than
#            two; that the sound is back is told at once.
#            A page that shows "connection lost" by this event is that much later than its timer says.
# Guess:     1 to 1.2 s, as the setting says.
# Seen:      last packet to `receiving: false`, four runs: the first pause 2.80, 1.57, 1.41 and 2.96 s, the others 2.18 to
#            2.78 s; first packet to `true` 0.00 to 0.01 s.
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
    python3 -m venv venv
    venv/bin/pip install --quiet aiortc==1.16.0 av==18.1.0 numpy==2.4.6
    # A network of its own. The gateway never uses the loopback interface for media, so it has an address besides.
    unshare --map-root-user --net "$script" inside
    exit
fi

ip link set lo up
ip link add media type veth peer name other
ip address add 192.0.2.1/24 dev media
ip link set media up
ip link set other up
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
for name in "$libraries"/janus/plugins/*.so; do case $name in *audiobridge*) ;; *) rm "$name" ;; esac; done
for name in "$libraries"/janus/transports/*.so; do case $name in *http*) ;; *) rm "$name" ;; esac; done
LD_LIBRARY_PATH="$libraries" root/usr/bin/janus --config=configs/janus.jcfg --configs-folder=configs >gateway.log 2>&1 &
gateway=$!
trap 'kill "$gateway" && wait "$gateway" || true' EXIT

venv/bin/python - <<'PYTHON'
import asyncio
import json
import sys
import time
from fractions import Fraction
from urllib.error import URLError
from urllib.request import Request, urlopen

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

GATEWAY, RATE, FRAME, PAUSES = "http://127.0.0.1:8088/janus", 48_000, 960, 5


def call(address, message=None):
    body = json.dumps({"transaction": "t", **message}).encode() if message else None
    with urlopen(Request(address, body, {"Content-Type": "application/json"}), timeout=40) as answer:
        return json.load(answer)


async def ask(address, **message):
    return await asyncio.to_thread(call, address, message)


class Tone(MediaStreamTrack):
    """A microphone that can be paused: while it is, no packet is sent."""

    kind = "audio"

    def __init__(self):
        super().__init__()
        self.on, self.count, self.last, self.began = asyncio.Event(), 0, 0.0, time.monotonic()
        self.on.set()

    async def recv(self):
        if not self.on.is_set():
            await self.on.wait()
            self.began = time.monotonic() - self.count * FRAME / RATE
        await asyncio.sleep(max(0, self.began + self.count * FRAME / RATE - time.monotonic()))
        wave = 8000 * np.sin(2 * np.pi * 440 * np.arange(self.count * FRAME, (self.count + 1) * FRAME) / RATE)
        frame = av.AudioFrame.from_ndarray(wave.astype("<i2")[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.count * FRAME, Fraction(1, RATE)
        self.count, self.last = self.count + 1, time.monotonic()
        return frame


async def wait_for_gateway():
    for _ in range(50):
        try:
            return await asyncio.to_thread(call, f"{GATEWAY}/info")
        except URLError:
            await asyncio.sleep(0.2)
    sys.exit("the gateway does not start")


async def receiving(session, wanted):
    """Return the time at which the gateway told whether it receives sound."""
    while True:
        event = await asyncio.to_thread(call, session)
        if event["janus"] == "media" and event["receiving"] is wanted:
            return time.monotonic()


async def joined(peer):
    """Bring the speaker into a room. Return the address of its session."""
    session = f"{GATEWAY}/{(await ask(GATEWAY, janus='create'))['data']['id']}"
    attached = await ask(session, janus="attach", plugin="janus.plugin.audiobridge")
    handle = f"{session}/{attached['data']['id']}"
    await ask(handle, janus="message", body={"request": "create", "room": 1})
    await peer.setLocalDescription(await peer.createOffer())
    offer = {"type": "offer", "sdp": peer.localDescription.sdp}
    await ask(handle, janus="message", body={"request": "join", "room": 1}, jsep=offer)
    while "jsep" not in (event := await asyncio.to_thread(call, session)):
        pass
    await peer.setRemoteDescription(RTCSessionDescription(event["jsep"]["sdp"], event["jsep"]["type"]))
    return session


async def main():
    await wait_for_gateway()
    peer, tone, gone, back = RTCPeerConnection(), Tone(), [], []
    peer.addTrack(tone)
    session = await joined(peer)
    await receiving(session, True)
    for number in range(PAUSES):
        await asyncio.sleep(2 + number * 0.2)
        tone.on.clear()
        await asyncio.sleep(0.1)
        gone.append(await receiving(session, False) - tone.last)
        tone.on.set()
        resumed = time.monotonic()
        back.append(await receiving(session, True) - resumed)
    await peer.close()
    print("seconds from the last packet to receiving false:", *(f"{seconds:.2f}" for seconds in gone))
    print("seconds from the first packet to receiving true:", *(f"{seconds:.2f}" for seconds in back))
    if sum(gone) / PAUSES < 1.7 or max(gone) > 5:
        sys.exit("changed: the event comes when no_media_timer says")


asyncio.run(main())
PYTHON
