// Everybody's captions have a colour of their own: that of their id, or the next one where somebody here has it already.

/** How many `--voice-…` captions.css has. */
export const VOICES = 12;

export class Voices {
  #taken = new Map();

  /** A number from 0 to `VOICES - 1`; the same for the same person ever after. */
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
