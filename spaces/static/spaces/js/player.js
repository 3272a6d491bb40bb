// The one audio element of the page. Whatever is heard is attached to it.

export class Player {
  #element;
  #onBlocked;

  /** `onBlocked(isBlocked)`: the browser wants a tap before it plays. */
  constructor(element, onBlocked) {
    this.#element = element;
    this.#onBlocked = onBlocked;
  }

  attach(stream) {
    this.#element.srcObject = stream;
    this.play();
  }

  /** Also to be called inside a tap, which counts as permission for what is attached later. */
  async play() {
    try {
      await this.#element.play();
      this.#onBlocked(false);
    } catch (error) {
      // AbortError only says that a newer stream took the place of this one.
      if (error.name === "NotAllowedError") this.#onBlocked(true);
    }
  }

  stop() {
    this.#element.pause();
    this.#element.srcObject = null;
    this.#onBlocked(false);
  }
}
