// How loud the room is right now, as the ring of whoever talks shows it. Nothing is measured while nobody talks, nor for
// people who asked for less motion.

const EVERY = 80;
/** Speech at a usual level fills the ring. */
const FULL = 0.25;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export class LevelMeter {
  #element;
  #stage;
  #context = null;
  #analyser = null;
  #source = null;
  #timer = 0;

  /** Measures what `element` plays and writes `--level`, from 0 to 1, on `stage`. */
  constructor(element, stage) {
    this.#element = element;
    this.#stage = stage;
  }

  run(isTalking) {
    const isWanted = isTalking && !CALM.matches;
    if (isWanted === (this.#timer !== 0)) return;
    if (isWanted) this.#timer = setInterval(() => this.#measure(), EVERY);
    else this.#rest();
  }

  #rest() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#stage.style.setProperty("--level", "0");
  }

  #measure() {
    if (document.hidden || !this.#listen()) return;
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    this.#stage.style.setProperty("--level", Math.min(1, Math.sqrt(power) / FULL).toFixed(2));
  }

  /** The stream is another one after every new connection. */
  #listen() {
    const stream = this.#element.srcObject;
    if (!stream?.getAudioTracks().length) return false;
    if (this.#source?.mediaStream === stream) return true;
    this.#context ??= new AudioContext();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 1024 });
    this.#source?.disconnect();
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
    return true;
  }
}
