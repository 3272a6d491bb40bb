#!/usr/bin/env bash
# webrtcvad calls a steady chord, mains hum and white noise speech, in its strictest mode, too. Silero does not.
#
# Versions:  webrtcvad-wheels 2.0.14.post1; silero VAD as it comes with faster-whisper 1.2.1; espeak-ng 1.51 (Debian 12).
# Behaviour: Four sounds of 8 s without any voice, and a spoken sentence to compare. Of each of the four sounds webrtcvad
#            takes at least half for speech, of most of them all, in each of its modes 0 to 3. Silero finds 0.0 s in them,
#            and the sentence nearly whole. A caption service that cuts utterances with webrtcvad never sees music end.
# Guess:     Mode 3 ("very aggressive") refuses a chord and white noise most of the time.
# Seen:      seconds of 8.0 taken for speech, webrtcvad modes 0, 1, 2, 3 and silero:
#            white noise 8.0 8.0 8.0 8.0 | 0.0    chord  8.0 8.0 8.0 8.0 | 0.0
#            mains hum   8.0 8.0 8.0 7.9 | 0.0    melody 8.0 8.0 6.4 4.1 | 0.0
# Date:      2026-11-28
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet webrtcvad-wheels==2.0.14.post1 faster-whisper==1.2.1 numpy==2.4.6 onnxruntime==1.32.0

# The program goes into the temporary folder with what it needs and is not there yet; nothing is installed.
espeak=espeak-ng=1.51+dfsg-10+deb12u2
needed=$(apt-get install --simulate --no-install-recommends "$espeak" | awk '/^Inst/ && $2 != "espeak-ng" {print $2}')
# shellcheck disable=SC2086
apt-get download -qq "$espeak" $needed 2>download.log || { cat download.log; exit 2; }
for package in *.deb; do dpkg -x "$package" root; done
libraries=$(echo "$work"/root/usr/lib/*-linux-gnu)
[ ! -d "$libraries/espeak-ng-data" ] || export ESPEAK_DATA_PATH="$libraries"
LD_LIBRARY_PATH="$libraries" root/usr/bin/espeak-ng -v en-gb -s 150 -w speech.wav \
    "The meeting begins at nine in the morning, and each of you is welcome to ask a question at the end."

OMP_NUM_THREADS=1 venv/bin/python - <<'PYTHON'
import sys
import wave

import numpy as np
import webrtcvad
from faster_whisper.vad import get_speech_timestamps

RATE, FRAME = 16_000, 480
time = np.arange(8 * RATE) / RATE


def sine(frequency, volume, at=time):
    return volume * np.sin(2 * np.pi * frequency * at)


def speech():
    with wave.open("speech.wav") as file:
        samples = np.frombuffer(file.readframes(10**7), "<i2") / 32768
        wanted = np.arange(0, len(samples), file.getframerate() / RATE)
    return np.interp(wanted, np.arange(len(samples)), samples)


voiceless = {
    "white noise": 0.1 * np.random.default_rng(1).standard_normal(len(time)),
    "chord": sum(sine(frequency, 0.08) for frequency in (220, 277.18, 329.63, 440)),
    "mains hum": sum(sine(50 * n, 0.1 / n) for n in range(1, 7)),
    "melody": np.concatenate([sine(f, 0.2, time[: RATE // 2]) for f in (262, 294, 330, 349, 392, 440, 494, 523) * 2]),
}


def by_webrtcvad(sound, mode):
    detector, pcm = webrtcvad.Vad(mode), (sound * 32767).astype("<i2").tobytes()
    frames = [pcm[at : at + 2 * FRAME] for at in range(0, len(pcm) - 2 * FRAME + 1, 2 * FRAME)]
    return sum(detector.is_speech(frame, RATE) for frame in frames) * FRAME / RATE


def by_silero(sound):
    return sum(found["end"] - found["start"] for found in get_speech_timestamps(sound)) / RATE


def measure(name, sound):
    sound = np.clip(sound, -1, 1).astype("float32")
    modes, silero = [by_webrtcvad(sound, mode) for mode in range(4)], by_silero(sound)
    print(f"{name:12} {len(sound) / RATE:4.1f} s: webrtcvad", *(f"{found:4.1f}" for found in modes), f"silero {silero:4.1f}")
    return modes, silero


results = [measure(name, sound) for name, sound in voiceless.items()]
spoken = speech()
_, heard = measure("a sentence", spoken)
if not all(min(modes) >= 4 and silero == 0 for modes, silero in results):
    sys.exit("changed: webrtcvad or silero takes these sounds for something else now")
if heard < 0.7 * len(spoken) / RATE:
    sys.exit("changed: silero does not find the sentence, so its zeros say nothing")
PYTHON
