// How loud a stream is. All ears of a page share one AudioContext: browsers allow few.

let context = null;

/** An `Ear`, or null where the browser measures nothing. */
export function earOf(stream, options) {
  try {
    return new Ear(stream, options);
  } catch {
    return null;
  }
}

class Ear {
  #source;
  #analyser;
  #samples;

  /** `window` is the number of samples looked at, a power of two up to 32768. */
  constructor(stream, { window = 1024 } = {}) {
    context ??= new AudioContext();
    this.#analyser = new AnalyserNode(context, { fftSize: window });
    this.#samples = new Float32Array(window);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** From 0 to 1, or null while the browser lets nothing be measured. */
  get level() {
    if (context.state !== "running") {
      // Interrupted by a call; or there was no tap yet, and asking would only fill the console.
      if (navigator.userActivation?.hasBeenActive !== false) context.resume().catch(() => {});
      return null;
    }
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.sqrt(power);
  }

  close() {
    this.#source.disconnect();
  }
}
