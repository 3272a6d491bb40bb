#!/usr/bin/env bash
# FFmpeg writes WebVTT without escapes and without speakers: what it wrote loses words as soon as it is read again.
#
# Versions:  FFmpeg n9.0.2, the program in imageio-ffmpeg 0.8.1.
# Behaviour: A valid WebVTT file, with speakers in voice spans, `&lt;` and `&amp;`, is written as WebVTT. Each `<v Name>` is
#            gone, and `&lt;` has become a bare `<`, which begins a tag for each reader of WebVTT. When FFmpeg itself reads
#            that file, all from there to the next `>` or the end of the cue is left out. Exit codes are 0, and with
#            `-v warning` nothing is printed. With `-c copy` the file stays what it is.
# Guess:     A file that goes from WebVTT to WebVTT says the same afterwards; perhaps the speakers go.
# Seen:      before:          <v Ada>if x &lt; y and z &gt; 2, R&amp;D wins | <v Alan>I &lt;3 this
#            written once:    if x < y and z > 2, R&D wins                | I <3 this
#            written twice:   if x  2, R&D wins                           | I
# Date:      2026-11-28
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet imageio-ffmpeg==0.8.1
ffmpeg=$(venv/bin/python -c "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())")

cat >before.vtt <<'VTT'
WEBVTT

00:00.000 --> 00:02.000
<v Ada>if x &lt; y and z &gt; 2, R&amp;D wins

00:02.000 --> 00:04.000
<v Alan>I &lt;3 this
VTT

"$ffmpeg" -v warning -i before.vtt once.vtt 2>&1 | tee messages
"$ffmpeg" -v warning -i once.vtt twice.vtt 2>&1 | tee --append messages
"$ffmpeg" -v warning -i before.vtt -c copy copy.vtt 2>&1 | tee --append messages

cues() { sed -n '/-->/{n;p}' "$1" | sed 's/ *$//'; }
for name in before copy once twice; do echo "$name:"; cues "$name.vtt" | sed 's/^/    /'; done
once=$(printf '%s\n' "if x < y and z > 2, R&D wins" "I <3 this")
twice=$(printf '%s\n' "if x  2, R&D wins" "I")
if [ -s messages ] || [ "$(cues once.vtt)" != "$once" ] || [ "$(cues twice.vtt)" != "$twice" ]; then
    echo "changed: FFmpeg escapes what it writes, or warns" >&2
    exit 1
fi
[ "$(cues copy.vtt)" = "$(cues before.vtt)" ] || { echo "changed: a copy is not the same" >&2; exit 1; }
