// Short tones, for those who want to hear what happens. They are made here, so that nothing is loaded.

const LOUDNESS = 0.06;
const FADE = 0.02;

let context = null;

/** Play notes one after the other: `[[hertz, seconds]]`. Without sound output nothing happens. */
export function playNotes(notes) {
  try {
    context ??= new AudioContext();
    context.resume().catch(() => {});
    let at = context.currentTime;
    for (const [hertz, seconds] of notes) {
      play(hertz, at, seconds);
      at += seconds;
    }
  } catch {
    // This browser has no Web Audio, or allows no more of it.
  }
}

function play(hertz, from, seconds) {
  const tone = new OscillatorNode(context, { frequency: hertz });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setTargetAtTime(LOUDNESS, from, FADE / 3);
  gain.gain.setTargetAtTime(0, from + seconds - FADE, FADE / 3);
  tone.connect(gain).connect(context.destination);
  tone.start(from);
  tone.stop(from + seconds + FADE);
}
