// The page's audio element, to which all streams are attached. Sound over HTTP comes with an element of its own. What is
// attached does not always play: the browser may require a tap first, a call or a headset key may pause it, an output
// device may disappear.

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
  #watched = new WeakSet();
  /** The element that is heard: the page's own, or one that came with its sound. */
  #playing;
  #isHushed = false;
  #output = "";
  #onSilence;
  #isWanted = false;
  #hadOutput = false;
  #again = () => this.#isSilent && this.play();
  #seen = () => document.visibilityState === "visible" && this.#again();

  /** `onSilence(why)` is called with one of `Silence`, or with null once it plays. */
  constructor(element, onSilence) {
    this.#element = this.#playing = element;
    this.#onSilence = onSilence;
    this.#watch(element);
    for (const type of TAPS) document.addEventListener(type, this.#again, { capture: true });
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("pageshow", this.#seen);
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.#devicesChanged());
  }

  attach(stream) {
    this.#isWanted = true;
    this.#element.srcObject = stream;
    this.#hear(this.#element);
    this.#hasOutput().then((hasOutput) => (this.#hadOutput ||= hasOutput));
    for (const track of stream.getTracks()) track.addEventListener("unmute", this.#again);
    this.play();
  }

  /** Hear an element that has its own sound. What was heard before goes on until it plays. */
  attachElement(element) {
    this.#isWanted = true;
    this.#watch(element);
    this.#hear(element);
    useOutput(element, this.#output);
    this.play().then(() => {
      if (this.#playing !== element) return;
      this.#element.pause();
      this.#element.srcObject = null;
    });
  }

  /** Play. A call inside a tap also permits streams that are attached later. */
  async play() {
    try {
      await this.#playing.play();
      this.#onSilence(null);
    } catch (error) {
      // AbortError only means that a newer stream replaced this one.
      if (error.name === "NotAllowedError") this.#onSilence(Silence.BLOCKED);
    }
  }

  /** Pause until the next tap, as a headset key asks. */
  pause() {
    this.#playing.pause();
  }

  /** Play on this device; "" is the system's own choice. A device that is gone changes nothing. */
  async setOutput(id) {
    this.#output = id;
    await Promise.all([useOutput(this.#element, id), this.#playing !== this.#element && useOutput(this.#playing, id)]);
  }

  hush(isHushed) {
    this.#isHushed = isHushed;
    this.#playing.muted = isHushed;
  }

  stop() {
    this.#isWanted = false;
    this.#playing.pause();
    this.#playing = this.#element;
    this.#element.pause();
    this.#element.srcObject = null;
    this.#onSilence(null);
  }

  get #isSilent() {
    return this.#isWanted && this.#playing.paused;
  }

  #watch(element) {
    if (this.#watched.has(element)) return;
    this.#watched.add(element);
    const isHeard = () => this.#playing === element;
    element.addEventListener("pause", () => setTimeout(() => isHeard() && this.#paused(), SETTLED));
    element.addEventListener("playing", () => isHeard() && this.#onSilence(null));
  }

  #hear(element) {
    this.#playing = element;
    element.muted = this.#isHushed;
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

async function useOutput(element, id) {
  if ((element.sinkId ?? "") !== id) await element.setSinkId?.(id).catch(() => {});
}
