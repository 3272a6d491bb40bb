// Gives each speaker's captions a colour: that of the speaker's id, or the next one if another speaker here has it.

/** The number of colours `--voice-…` in captions.css. */
export const VOICES = 12;

export class Voices {
  #taken = new Map();

  /** Return a number from 0 to `VOICES - 1`, always the same for the same person. */
  of(id) {
    if (!this.#taken.has(id)) this.#taken.set(id, this.#free(Number(id) % VOICES));
    return this.#taken.get(id);
  }

  #free(first) {
    const used = new Set(this.#taken.values());
    for (let step = 0; step < VOICES; step++) {
      const voice = (first + step) % VOICES;
      if (!used.has(voice)) return voice;
    }
    return first;
  }
}
