// The own microphone in a Space: opened with the first unmuting, closed with the loss of the role. Muting happens at the
// mixer; the local track follows it, so that the browser's light tells the truth too. "On air" is said only while the
// device sends: what it does by itself is told to the server as a mute, and to the person with a reason.

import { permission } from "./comforts.js";
import { Canceled, MicrophoneError, whyStopped } from "./microphone.js";
import { News } from "./microphone-watch.js";
import { holdsMic, withOwn } from "./room-state.js";
import { toast } from "./toast.js";

/** A browser that has not given the microphone by then is asking the person for it. */
const ASKING_AFTER = 2_500;

export class OwnMicrophone {
  #audio;
  #send;
  #onChange;
  #opening = null;
  /** Muted by the system in the middle of being open: open again when the system lets it. */
  #resumes = false;

  /** The browser has asked the person, who has not answered yet. */
  isAsking = false;
  /** `{message, advice}` while it cannot be had. */
  fault = null;
  /** The system mutes it. */
  isInterrupted = false;
  /** It is open, and nothing at all comes from it. */
  isSilent = false;

  /** `send(type, guess)` resolves with whether the server did it; `onChange()` tells that something of this changed. */
  constructor(audio, { send, onChange }) {
    this.#audio = audio;
    this.#send = send;
    this.#onChange = onChange;
  }

  get isOpening() {
    return this.#opening !== null;
  }

  mute() {
    this.#resumes = false;
    return this.#muteNow();
  }

  async unmute() {
    if (this.isOpening || !(await this.#open())) return;
    this.#resumes = this.isInterrupted = !this.#audio.isSending;
    if (this.isInterrupted) this.#onChange();
    else await this.#unmuteNow();
  }

  /** Waits for the browser's answer no longer. */
  cancel() {
    this.#opening?.abort();
  }

  /** Lets go of the device and asks for it anew. */
  async reopen() {
    this.#audio.dropMicrophone();
    this.#forgetTrouble();
    // The browser may ask again, and nobody hears us until it is answered.
    this.#muteNow();
    await this.unmute();
  }

  /** What the server says we are. */
  follow(you) {
    if (!holdsMic(you)) this.#close();
    else if (!this.isOpening) this.#followMuted(you.muted);
  }

  /** `state` as the device makes it: nobody is on air whose device does not send. */
  truthOf(state) {
    const isTold = holdsMic(state.you) && !state.you.muted;
    return isTold && !this.#audio.isSending ? withOwn(state, { muted: true }) : state;
  }

  /** What the device did by itself. */
  heard(news) {
    const act = {
      [News.OPENED]: () => (this.isAsking = false),
      [News.ENDED]: () => this.#ended(),
      [News.INTERRUPTED]: () => this.#interrupted(),
      [News.RESUMED]: () => this.#resumed(),
      [News.SILENT]: () => (this.isSilent = true),
      [News.HEARD]: () => (this.isSilent = false),
    }[news];
    act();
    this.#onChange();
  }

  forgetFault() {
    this.fault = null;
    this.#onChange();
  }

  /** Out of the Space. */
  reset() {
    this.cancel();
    this.fault = null;
    this.#forgetTrouble();
  }

  #muteNow() {
    this.#audio.setMuted(true);
    return this.#send("mute", { muted: true });
  }

  async #unmuteNow() {
    this.#audio.setMuted(false);
    if (!(await this.#send("unmute", { muted: false }))) this.#audio.setMuted(true);
  }

  #followMuted(isMuted) {
    // The page was loaded anew, or the device went while the server could not be told: nobody hears us.
    if (!isMuted && !this.#audio.isSending) this.#muteNow();
    else this.#audio.setMuted(isMuted);
  }

  #close() {
    this.cancel();
    this.#forgetTrouble();
    this.#audio.setMuted(true);
    this.#audio.listen();
  }

  #forgetTrouble() {
    this.#resumes = this.isInterrupted = this.isSilent = false;
  }

  #ended() {
    this.#audio.dropMicrophone();
    this.#forgetTrouble();
    if (!this.#audio.isMuted) this.#muteNow();
    this.fault = whyStopped(null);
    permission("microphone").then((state) => this.#refine(state));
  }

  #refine(state) {
    if (this.fault === null) return;
    this.fault = whyStopped(state);
    this.#onChange();
  }

  #interrupted() {
    this.isInterrupted = true;
    this.#resumes ||= !this.#audio.isMuted;
    if (this.#resumes) this.#muteNow();
  }

  #resumed() {
    this.isInterrupted = false;
    if (this.#resumes) this.#unmuteNow();
    this.#resumes = false;
  }

  async #open() {
    this.#opening = new AbortController();
    this.fault = null;
    this.#onChange();
    const timer = setTimeout(() => this.#asks(), ASKING_AFTER);
    try {
      await this.#audio.speak(this.#opening.signal);
      return true;
    } catch (error) {
      this.#explain(error);
      return false;
    } finally {
      clearTimeout(timer);
      this.#opening = null;
      this.isAsking = false;
      this.#onChange();
    }
  }

  #asks() {
    this.isAsking = !this.#audio.hasMicrophone;
    this.#onChange();
  }

  #explain(error) {
    if (error instanceof Canceled || this.fault) return;
    if (error instanceof MicrophoneError) this.fault = error;
    else if (!this.#audio.isOff) toast(`The microphone could not be connected: ${error.message}`, { tone: "bad" });
  }
}
