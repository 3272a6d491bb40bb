// The one audio element of the page. Whatever is heard is attached to it. What is attached does not always play: the
// browser may want a tap first, a call or a headset's key pauses it, an output device goes away.

export const Silence = Object.freeze({
  /** The browser plays nothing before a tap. */
  BLOCKED: "blocked",
  /** Something on this device paused it. */
  PAUSED: "paused",
  /** There is nothing to play it on. */
  NO_OUTPUT: "no output",
});

const TAPS = ["click", "touchend", "keydown"];
/** A new stream pauses the element for a moment, too. */
const SETTLED = 300;

export class Player {
  #element;
  #onSilence;
  #isWanted = false;
  #hadOutput = false;
  #again = () => this.#isSilent && this.play();
  #seen = () => document.visibilityState === "visible" && this.#again();

  /** `onSilence(why)`: one of `Silence` from now on, or null once it plays. */
  constructor(element, onSilence) {
    this.#element = element;
    this.#onSilence = onSilence;
    element.addEventListener("pause", () => setTimeout(() => this.#paused(), SETTLED));
    element.addEventListener("playing", () => this.#onSilence(null));
    for (const type of TAPS) document.addEventListener(type, this.#again, { capture: true });
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("pageshow", this.#seen);
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#devicesChanged());
  }

  attach(stream) {
    this.#isWanted = true;
    this.#element.srcObject = stream;
    this.#hasOutput().then((hasOutput) => (this.#hadOutput ||= hasOutput));
    for (const track of stream.getTracks()) track.addEventListener("unmute", this.#again);
    this.play();
  }

  /** Also to be called inside a tap, which counts as permission for what is attached later. */
  async play() {
    try {
      await this.#element.play();
      this.#onSilence(null);
    } catch (error) {
      // AbortError only says that a newer stream took the place of this one.
      if (error.name === "NotAllowedError") this.#onSilence(Silence.BLOCKED);
    }
  }

  /** Until the next tap, as the key of a headset asks. */
  pause() {
    this.#element.pause();
  }

  stop() {
    this.#isWanted = false;
    this.#element.pause();
    this.#element.srcObject = null;
    this.#onSilence(null);
  }

  get #isSilent() {
    return this.#isWanted && this.#element.paused;
  }

  #paused() {
    if (this.#isSilent) this.#onSilence(Silence.PAUSED);
  }

  async #devicesChanged() {
    if (!this.#isWanted) return;
    const hasOutput = await this.#hasOutput();
    if (this.#hadOutput && !hasOutput) this.#onSilence(Silence.NO_OUTPUT);
    else this.play();
    this.#hadOutput ||= hasOutput;
  }

  /** Some browsers name no outputs at all: only one that had some can have lost them. */
  async #hasOutput() {
    try {
      const devices = await navigator.mediaDevices.enumerateDevices();
      return devices.some(({ kind }) => kind === "audiooutput");
    } catch {
      return false;
    }
  }
}
