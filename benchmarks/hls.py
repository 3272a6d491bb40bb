"""Listeners over HTTP: how late they hear, what a switch costs them, and how many a core carries.

    python -m benchmarks.hls [--parts late switch crowd] [--seconds 90] [--switches 6]

Late. The whole product runs with three real Chromium processes and room for one listener at the gateway. Ada's
microphone plays a tone of one second every four. Alan has the gateway's place, grace hears over HTTP. The same meter
notes in both browsers when a tone begins, by the machine's clock, and when ada's ring lights up. The k-th tone of one
is the k-th of the other: both begin to count before the first one.

Switch. The voice is a tone without a pause. Grace asks for the microphone, which brings her to the gateway, and takes
the request back, which brings her back to HTTP. Silence is a time in which no element of her page plays the tone.

Crowd. nginx serves one Space's files over TLS, written anew as the packager writes them, on one core. A listener is a
connection that stays open and asks for the playlist and for the newest segment every two seconds. CPU is that of nginx
(`/proc/PID/stat`). The cost of a request is the slope over the requests that were answered, so a busy machine, which
lets the generator ask less, does not change it. Beside it, in the same run: a mixer participant for each listener, and
a mountpoint, as `benchmarks.listeners` measures them, and Debian's Icecast without TLS, if it is installed, with as
many listeners of a stream of the same rate. It needs root, for the namespace.

Goals: 6 s late at the median and 8 s at the 95th percentile; a silence of 0.5 s at most; 200 times as many listeners
for each core as with a mixer participant for each.
"""

import argparse
import array
import asyncio
import base64
import math
import os
import random
import re
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from playwright.sync_api import Page, expect

from benchmarks import listeners
from benchmarks._support import cores
from benchmarks._support.stage import move_into_a_namespace
from benchmarks._support.table import markdown, percentile
from spaces.recordings.window import Window
from tests.support import people
from tests.support.browser import Browsers
from tests.support.environment import isolate
from tests.support.ports import free_port, listens
from tests.support.processes import Child
from tests.support.stack import Stack

TITLE: Final = "Over HTTP"
RATE: Final = 48_000
PERIOD: Final = 4
LATE: Final = "a few seconds behind"
COMES_WITHIN_MS: Final = 60_000
SETTLES_MS: Final = 12_000
SIZES: Final = (0, 100, 200, 300, 400)
CONNECTED_WITHIN: Final = 120.0
SEGMENT_SECONDS: Final = 94 * 1024 / 48_000

# Every element that plays has a meter. `loud` has the times of all loud pieces, `onsets` where a tone begins.
METER: Final = """
const SIZE = 256, LOUD = 0.02, APART_MS = 400;
Object.assign(window, { loud: [], onsets: [], rings: [] });
const now = () => performance.timeOrigin + performance.now();
let context = null;
const meter = (stream) => {
  context ??= new AudioContext();
  const node = context.createScriptProcessor(SIZE, 1, 1);
  node.onaudioprocess = ({ inputBuffer }) => {
    if (!inputBuffer.getChannelData(0).some((sample) => Math.abs(sample) > LOUD)) return;
    const at = now();
    if (at - (window.loud.at(-1) ?? 0) > APART_MS) window.onsets.push(at);
    window.loud.push(at);
  };
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);
};
window.Audio = class extends Audio {
  constructor(...of) {
    super(...of);
    this.addEventListener("playing", () => meter(this.captureStream()), { once: true });
  }
};
let known = null;
setInterval(() => {
  const stream = document.querySelector("#room-audio")?.srcObject;
  if (stream?.getAudioTracks().length && stream !== known) meter((known = stream));
}, 20);
new MutationObserver((changes) => {
  for (const { target } of changes) if (target.matches(".tile[data-talking]")) window.rings.push(now());
}).observe(document, { subtree: true, attributeFilter: ["data-talking"] });
"""


def main() -> None:
    options = _arguments()
    if "crowd" in options.parts:
        move_into_a_namespace("benchmarks.hls")
    isolate()
    if {"late", "switch"} & set(options.parts):
        with tempfile.TemporaryDirectory() as name:
            _in_browsers(Path(name), options)
    if "crowd" in options.parts:
        _crowd(options)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--parts", nargs="+", default=["late", "switch"], choices=["late", "switch", "crowd"])
    parser.add_argument("--seconds", type=float, default=90.0, help="of listening (default 90)")
    parser.add_argument("--switches", type=int, default=6, help="to the gateway and back (default 6)")
    parser.add_argument("--window", type=float, default=8.0, help="seconds of each point of the crowd (default 8)")
    return parser.parse_args()


# --- In browsers ------------------------------------------------------------------------------------------------------


def _in_browsers(directory: Path, options: argparse.Namespace) -> None:
    environment = {"GATEWAY_LISTENERS": "1", "SPACES_HOST_MIN_FOLLOWERS": "0"}
    with Stack(directory, environment=environment) as stack, Browsers(directory) as browsers:
        alan, grace = (_with_meter(browsers.open(stack.url, name)) for name in ("alan", "grace"))
        if "late" in options.parts:
            ada = browsers.open(stack.url, "ada", voice=_bursts(directory / "bursts.wav"), loops=True)
            _enter_both(ada, alan, grace)
            _late(ada, alan, grace, options.seconds)
            people.end_space(ada)
            for page in (alan, grace):
                people.press(page, "Close")
        if "switch" in options.parts:
            joan = browsers.open(stack.url, "joan", tone=440)
            _enter_both(joan, alan, grace)
            people.unmute(joan)
            _switch(grace, options.switches)
            people.end_space(joan)


def _with_meter(page: Page) -> Page:
    page.add_init_script(METER)
    page.goto("/")
    return page


def _enter_both(host: Page, alan: Page, grace: Page) -> None:
    public_id = people.start_space(host, TITLE)
    for page in (alan, grace):
        page.goto(f"/i/spaces/{public_id}")
        page.get_by_role("button", name=re.compile("^(Start listening|Join|Listen)")).first.click()
        expect(people.button(page, "Leave")).to_be_visible(timeout=COMES_WITHIN_MS)
    expect(grace.get_by_text(LATE)).to_be_visible(timeout=COMES_WITHIN_MS)
    grace.wait_for_timeout(SETTLES_MS)


def _late(ada: Page, alan: Page, grace: Page, seconds: float) -> None:
    for page in (alan, grace):
        page.evaluate("() => { onsets.length = rings.length = loud.length = 0; }")
    people.unmute(ada)
    ada.wait_for_timeout(seconds * 1000)
    people.press(ada, "Mute")
    ada.wait_for_timeout(SETTLES_MS)
    (now, now_rings), (late, late_rings) = (page.evaluate("() => [onsets, rings]") for page in (alan, grace))
    delays = [(at - before) / 1000 for before, at in zip(now, late, strict=False)]
    steps = [abs(one - two) for one, two in zip(_after(now, now_rings), _after(late, late_rings), strict=False)]
    rows = [
        ["tones heard at the gateway, over HTTP", f"{len(now)}, {len(late)}", ""],
        ["over HTTP later by, p50", f"{percentile(delays, 0.5):.2f} s", "≤ 6 s"],
        ["over HTTP later by, p95", f"{percentile(delays, 0.95):.2f} s", "≤ 8 s"],
        ["ring against sound: as at the gateway within, p50", f"{percentile(steps, 0.5):.0f} ms", "≤ 200 ms"],
        ["ring against sound: as at the gateway within, p95", f"{percentile(steps, 0.95):.0f} ms", ""],
    ]
    print(markdown(["late", "measured", "goal"], rows))


def _after(onsets: list[float], rings: list[float]) -> list[float]:
    """Return how long after the beginning of each tone the ring lights up, in ms; before it is negative."""
    return [min((ring - at for ring in rings), key=abs) for at in onsets if rings]


def _switch(grace: Page, times: int) -> None:
    late = grace.get_by_text(LATE)
    gaps: dict[str, list[float]] = {"HTTP to gateway": [], "gateway to HTTP": []}
    grace.wait_for_timeout(SETTLES_MS)
    for _ in range(times):
        for name, press in (("HTTP to gateway", "Request"), ("gateway to HTTP", "Cancel request")):
            grace.evaluate("() => { loud.length = 0; }")
            grace.wait_for_timeout(1_000)
            people.press(grace, press)
            (expect(late).to_be_hidden if press == "Request" else expect(late).to_be_visible)(timeout=COMES_WITHIN_MS)
            grace.wait_for_timeout(4_000)
            heard = sorted(grace.evaluate("() => loud"))
            gaps[name].append(max(after - before for before, after in pairwise(heard)))
    rows = [
        [name, str(len(found)), f"{percentile(found, 0.5):.0f} ms", f"{max(found):.0f} ms", "≤ 500 ms"]
        for name, found in gaps.items()
    ]
    print(markdown(["switch", "times", "longest silence, p50", "most", "goal"], rows))


def _bursts(path: Path) -> Path:
    """Write a tone of one second in every `PERIOD`, first its silence."""
    loud = [round(9_000 * math.sin(2 * math.pi * 440 * at / RATE)) for at in range(RATE)]
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(array.array("h", [0] * (RATE * (PERIOD - 1)) + loud).tobytes() * 5)
    return path


# --- A crowd ----------------------------------------------------------------------------------------------------------


def _crowd(options: argparse.Namespace) -> None:
    core = cores.split()
    cores.allow_sockets()
    http = _slope(_over_http(core, options.window)) * 2 / SEGMENT_SECONDS
    ways = argparse.Namespace(event_loops=2, window=options.window)
    costs = {}
    for kind in ("bridge", "mountpoint"):
        measured, _ = asyncio.run(listeners.measure(kind, 1, ways, core))
        costs[kind] = listeners.slope([point for point in measured if point.counts])
    if shutil.which("icecast2"):
        costs["icecast"] = _slope(_over_icecast(core, options.window))
    rows = [
        ["HTTP, nginx with TLS", f"{1 / http:,.0f}", ""],
        ["a mountpoint, as in the product", f"{1 / costs['mountpoint']:,.0f}", f"{costs['mountpoint'] / http:.0f}"],
        ["a mixer participant for each", f"{1 / costs['bridge']:,.0f}", f"{costs['bridge'] / http:.0f} (goal 200)"],
    ]
    if icecast := costs.get("icecast"):
        rows.append(["Icecast without TLS", f"{1 / icecast:,.0f}", f"{icecast / http:.1f} (goal 2)"])
    print(markdown(["listeners for each core", "", "HTTP carries so many times more"], rows))


def _slope(points: Sequence[tuple[float, float]]) -> float:
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def _over_http(core: int, window: float) -> list[tuple[float, float]]:
    """Return pairs of requests a second and cores that nginx used."""
    with tempfile.TemporaryDirectory() as name, _nginx(Path(name), core) as (port, pid), _packager(Path(name) / "live"):
        return [asyncio.run(_listen(port, pid, size, window)) for size in SIZES]


@contextmanager
def _nginx(here: Path, core: int) -> Iterator[tuple[int, int]]:
    port = free_port()
    key, certificate = here / "key.pem", here / "certificate.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    command = ["openssl", "req", "-x509", *curve, "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    (here / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {here}/pid; error_log {here}/error.log; worker_rlimit_nofile 20000;
events {{ worker_connections 16000; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000; keepalive_timeout 75s;
  client_body_temp_path {here}/1; proxy_temp_path {here}/2; fastcgi_temp_path {here}/3; uwsgi_temp_path {here}/4;
  scgi_temp_path {here}/5;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
    location / {{ root {here}/live; etag off; add_header Cache-Control "public, max-age=1" always; }}
  }}
}}
""")
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        raise SystemExit("nginx is not installed: deploy/setup test")
    command = cores.on_core(core, [program, "-c", str(here / "nginx.conf"), "-e", f"{here}/first"])
    child = Child(command, log=here / "log")
    try:
        child.wait_until(lambda: listens(port), seconds=15)
        yield port, int((here / "pid").read_text())
    finally:
        child.stop()


@contextmanager
def _packager(home: Path) -> Iterator[None]:
    """Write a window of noise, a segment every two seconds, as for a Space."""
    stop, noise = threading.Event(), np.random.default_rng(1)
    window = Window(home, started_at=datetime.now(UTC), begins=0)

    def write() -> None:
        due = time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            samples = (0.1 * noise.standard_normal(round(SEGMENT_SECONDS * RATE))).astype(np.float32)
            window.encoder.write(window.encoder.head, samples)
            due += SEGMENT_SECONDS

    for _ in range(4):
        window.encoder.write(window.encoder.head, np.zeros(round(SEGMENT_SECONDS * RATE), np.float32))
    home.chmod(0o755)
    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


async def _listen(port: int, pid: int, size: int, window: float) -> tuple[float, float]:
    """Return the requests a second that so many listeners got answered, and the cores that nginx used for them."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    counts = {"asked": 0, "connected": 0}
    tasks = [asyncio.create_task(_listener(port, context, counts)) for _ in range(size)]
    async with asyncio.timeout(CONNECTED_WITHIN):
        while counts["connected"] < size:
            await asyncio.sleep(0.1)
    before, asked, started = cores.cpu_seconds(pid), counts["asked"], time.monotonic()
    await asyncio.sleep(window)
    seconds = time.monotonic() - started
    used, rate = (cores.cpu_seconds(pid) - before) / seconds, (counts["asked"] - asked) / seconds
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    print(f"{size} listeners: {used:.2%} of a core, {rate:.0f} requests/s", file=sys.stderr, flush=True)
    if failed := [error for error in ended if not isinstance(error, asyncio.CancelledError)]:
        raise SystemExit(f"a listener failed: {failed[0]!r}")
    return rate, used


async def _listener(port: int, context: ssl.SSLContext, counts: dict[str, int]) -> None:
    handshake = CONNECTED_WITHIN
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, ssl_handshake_timeout=handshake)
    counts["connected"] += 1
    due = time.monotonic() + random.uniform(0, SEGMENT_SECONDS)
    await asyncio.sleep(due - time.monotonic())
    while True:
        playlist = await _get(reader, writer, "live.m3u8")
        newest = re.findall(rb"^(\d+\.m4s)$", playlist, re.MULTILINE)[-1].decode()
        await asyncio.sleep(SEGMENT_SECONDS / 2)
        await _get(reader, writer, newest)
        counts["asked"] += 2
        due += SEGMENT_SECONDS
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def _get(reader: Any, writer: Any, name: str) -> bytes:
    writer.write(f"GET /{name} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(head.decode())
    [length] = re.findall(rb"content-length: (\d+)", head, re.IGNORECASE)
    body: bytes = await reader.readexactly(int(length))
    return body


# --- Icecast ----------------------------------------------------------------------------------------------------------

BYTES_PER_SECOND: Final = 7_000
_ICECAST: Final = """<icecast><limits><clients>9000</clients><sources>2</sources><queue-size>524288</queue-size>
<burst-on-connect>0</burst-on-connect></limits><authentication><source-password>hackme</source-password>
<admin-password>hackme</admin-password></authentication><listen-socket><port>{port}</port>
<bind-address>127.0.0.1</bind-address></listen-socket><paths><basedir>{here}</basedir><logdir>{here}</logdir>
<webroot>{here}</webroot><adminroot>{here}</adminroot></paths><logging><accesslog>access.log</accesslog>
<errorlog>error.log</errorlog><loglevel>1</loglevel></logging><security><chroot>0</chroot><changeowner><user>nobody</user>
<group>nogroup</group></changeowner></security></icecast>"""


def _over_icecast(core: int, window: float) -> list[tuple[int, float]]:
    """Return pairs of listeners and cores that Icecast used."""
    with tempfile.TemporaryDirectory() as name:
        here, port = Path(name), free_port()
        here.chmod(0o777)
        (here / "icecast.xml").write_text(_ICECAST.format(port=port, here=here))
        child = Child(cores.on_core(core, ["icecast2", "-c", str(here / "icecast.xml")]), log=here / "log")
        try:
            child.wait_until(lambda: listens(port), seconds=15)
            return asyncio.run(_hear_icecast(port, child.pid, window))
        finally:
            child.stop()


async def _hear_icecast(port: int, pid: int, window: float) -> list[tuple[int, float]]:
    source = asyncio.create_task(_feed_icecast(port))
    await asyncio.sleep(1)
    sockets: list[asyncio.StreamWriter] = []
    points = []
    for size in SIZES:
        while len(sockets) < size:
            _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)  # the kernel keeps what nobody reads
            writer.write(b"GET /live HTTP/1.0\r\nHost: localhost\r\n\r\n")
            sockets.append(writer)
        await asyncio.sleep(2)
        before, started = cores.cpu_seconds(pid), time.monotonic()
        await asyncio.sleep(window)
        points.append((size, (cores.cpu_seconds(pid) - before) / (time.monotonic() - started)))
        print(f"{size} listeners of Icecast: {points[-1][1]:.2%} of a core", file=sys.stderr, flush=True)
    source.cancel()
    for writer in sockets:
        writer.close()
    return points


async def _feed_icecast(port: int) -> None:
    """Send a stream as a source does, twenty pieces a second."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    login = "Basic " + base64.b64encode(b"source:hackme").decode()
    writer.write(f"SOURCE /live HTTP/1.0\r\nAuthorization: {login}\r\nContent-Type: audio/aac\r\n\r\n".encode())
    while True:
        writer.write(os.urandom(BYTES_PER_SECOND // 20))
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
