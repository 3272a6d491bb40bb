// A meter for the loudness of a stream. All meters of a page share one AudioContext, because browsers allow only a few.

let context = null;

/** Return an `Ear`, or null if the browser cannot measure sound. */
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

  /** `window` is the number of samples in a measurement, a power of two up to 32768. */
  constructor(stream, { window = 1024 } = {}) {
    context ??= new AudioContext();
    this.#analyser = new AnalyserNode(context, { fftSize: window });
    this.#samples = new Float32Array(window);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** The loudness from 0 to 1, or null while the browser allows no measurement. */
  get level() {
    if (context.state !== "running") {
      // A phone call interrupts the context, or there was no tap yet and `resume()` would only fill the console.
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
