// The user's own microphone in a Space. It opens at the first unmute and closes when the role is lost. The mixer mutes;
// the local track follows, so that the browser's recording light is right, too. "On air" is shown only while the device
// sends. When the device stops by itself, the server is told to mute, and the user gets the reason.

import { gettext } from "../lib/i18n.js";
import { permission } from "../lib/comforts.js";
import { Canceled, MicrophoneError, whyStopped } from "./microphone.js";
import { News } from "./microphone-watch.js";
import { holdsMic, withOwn } from "./room-state.js";
import { toast } from "../lib/toast.js";

/** If the browser has not given the microphone by then, it is asking the user for permission. */
const ASKING_AFTER = 2_500;

export class OwnMicrophone {
  #audio;
  #send;
  #onChange;
  #opening = null;
  /** Whether broadcasting software brings the user's voice. The page then only mutes and unmutes it. */
  #isElsewhere = false;
  /** Whether the system muted an open microphone, which is to open again when the system allows it. */
  #resumes = false;

  /** Whether the browser is asking the user, who has not answered yet. */
  isAsking = false;
  /** `{message, advice}` while the microphone cannot be used. */
  fault = null;
  /** Whether the system mutes the microphone. */
  isInterrupted = false;
  /** Whether the microphone is open but sends complete silence. */
  isSilent = false;

  /** `send(type, guess)` resolves with whether the server did it. `onChange()` is called when any of these fields
   *  changed. */
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
    if (this.#isElsewhere) return this.#send("unmute", { muted: false });
    if (this.isOpening || !(await this.#open())) return;
    this.#resumes = this.isInterrupted = !this.#audio.isSending;
    if (this.isInterrupted) this.#onChange();
    else await this.#unmuteNow();
  }

  /** Stop waiting for the browser's answer. */
  cancel() {
    this.#opening?.abort();
  }

  /** Release the device and ask for it again. */
  async reopen() {
    this.#audio.dropMicrophone();
    this.#forgetTrouble();
    // Mute meanwhile: the browser may ask again, and until the user answers the others hear nothing.
    this.#muteNow();
    await this.unmute();
  }

  /** Follow the role and the mute that the server reports. */
  follow(you) {
    this.#isElsewhere = holdsMic(you) && Boolean(you.broadcasting);
    if (!holdsMic(you) || this.#isElsewhere) this.#close();
    else if (!this.isOpening) this.#followMuted(you.muted);
  }

  /** Return `state` corrected by the device: a user whose device does not send is not on air. */
  truthOf(state) {
    const isTold = holdsMic(state.you) && !state.you.muted && !state.you.broadcasting;
    return isTold && !this.#audio.isSending ? withOwn(state, { muted: true }) : state;
  }

  /** Handle what the device did by itself. */
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

  /** Close the microphone on leaving the Space. */
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
    // The page was reloaded, or the device went while the server was unreachable: the others hear nothing.
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
    else if (!this.#audio.isOff) toast(gettext("The microphone could not be connected: {message}", { message: error.message }), { tone: "bad" });
  }
}
