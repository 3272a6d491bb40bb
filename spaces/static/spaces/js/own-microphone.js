// The own microphone in a Space: opened with the first unmuting, closed with the loss of the role. Muting happens at the
// mixer; the local track follows it, so that the browser's light tells the truth too.

import { MicrophoneError } from "./microphone.js";
import { holdsMic } from "./room-state.js";
import { toast } from "./toast.js";

export class OwnMicrophone {
  #audio;
  #send;
  #onChange;

  isOpening = false;
  /** `{message, advice}` while it cannot be had. */
  fault = null;

  /** `send(type, guess)` resolves with whether the server did it; `onChange()` tells of `isOpening` and `fault`. */
  constructor(audio, { send, onChange }) {
    this.#audio = audio;
    this.#send = send;
    this.#onChange = onChange;
  }

  mute() {
    this.#audio.setMuted(true);
    return this.#send("mute", { muted: true });
  }

  async unmute() {
    if (this.isOpening || !(await this.#open())) return;
    this.#audio.setMuted(false);
    if (!(await this.#send("unmute", { muted: false }))) this.#audio.setMuted(true);
  }

  /** What the server says we are. */
  follow(you) {
    if (this.isOpening && holdsMic(you)) return;
    if (holdsMic(you) && !you.muted && !this.#audio.hasMicrophone) {
      // The page was loaded anew: nobody hears us, so nobody should believe it.
      this.mute();
      return;
    }
    this.#audio.setMuted(!holdsMic(you) || you.muted);
    if (!holdsMic(you)) this.#audio.listen();
  }

  unplugged() {
    toast("Your microphone was unplugged.", { tone: "bad" });
    this.mute();
  }

  forgetFault() {
    this.fault = null;
    this.#onChange();
  }

  async #open() {
    this.isOpening = true;
    this.fault = null;
    this.#onChange();
    try {
      await this.#audio.speak();
      return true;
    } catch (error) {
      this.#explain(error);
      return false;
    } finally {
      this.isOpening = false;
      this.#onChange();
    }
  }

  #explain(error) {
    if (error instanceof MicrophoneError) this.fault = error;
    else if (!this.#audio.isOff) toast(`The microphone could not be connected: ${error.message}`, { tone: "bad" });
  }
}
