// The page's only audio element. All streams are attached to it. An attached stream does not always play: the browser
// may require a tap first, a call or a headset key may pause it, an output device may disappear.

export const Silence = Object.freeze({
  /** The browser plays nothing before a tap. */
  BLOCKED: "blocked",
  /** A program or a key of this device paused it. */
  PAUSED: "paused",
  /** There is no output device. */
  NO_OUTPUT: "no output",
});

const TAPS = ["click", "touchend", "keydown"];
/** A pause shorter than this is no silence: a new stream pauses the element for a moment, too. */
const SETTLED = 300;

export class Player {
  #element;
  #onSilence;
  #isWanted = false;
  #hadOutput = false;
  #again = () => this.#isSilent && this.play();
  #seen = () => document.visibilityState === "visible" && this.#again();

  /** `onSilence(why)` is called with one of `Silence`, or with null once it plays. */
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

  /** Play. A call inside a tap also permits streams that are attached later. */
  async play() {
    try {
      await this.#element.play();
      this.#onSilence(null);
    } catch (error) {
      // AbortError only means that a newer stream replaced this one.
      if (error.name === "NotAllowedError") this.#onSilence(Silence.BLOCKED);
    }
  }

  /** Pause until the next tap, as a headset key asks. */
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

  /** Whether all output devices are gone. Some browsers never list any, so there must have been one before. */
  async #hasOutput() {
    try {
      const devices = await navigator.mediaDevices.enumerateDevices();
      return devices.some(({ kind }) => kind === "audiooutput");
    } catch {
      return false;
    }
  }
}
