// The dialog of sound: which microphone and output, a test with a meter before going on air, and how to talk and listen.

import { gettext } from "../lib/i18n.js";
import { fromTemplate, part, setText } from "../lib/dom.js";
import { chooseDevices, chosenDevices, listDevices } from "./devices.js";
import { earOf } from "./ear.js";
import { Canceled, openMicrophone } from "./microphone.js";

const EVERY = 80;
/** The level that fills the meter: usual speech. */
const FULL = 0.25;
/** A voice is louder than this; a quiet room is not. */
const VOICE = 0.02;
const HEARD = gettext("We hear you.");
const QUIET = gettext("Say something: the bar moves when we hear you.");

export class SoundSettings {
  #dialog;
  #room;
  #test = null;

  constructor(root, room) {
    this.#dialog = part(root, "sound-dialog");
    this.#room = room;
    this.#listen(root);
  }

  #listen(root) {
    const dialog = this.#dialog;
    part(root, "sound-open").addEventListener("click", () => this.#open(root));
    part(dialog, "sound-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
    dialog.addEventListener("close", () => this.#endTest());
    part(dialog, "sound-test").addEventListener("click", () => (this.#test ? this.#endTest() : this.#startTest()));
    this.#on("sound-microphone", ({ value }) => this.#choose({ microphone: value }));
    this.#on("sound-output", ({ value }) => this.#choose({ output: value }));
    this.#on("sound-stable", ({ checked }) => this.#choose({ isStable: checked }));
    this.#on("sound-push", ({ checked }) => this.#choose({ pushesToTalk: checked }));
    this.#on("sound-keys", ({ checked }) => this.#choose({ hasKeys: checked }));
    navigator.mediaDevices?.addEventListener?.("devicechange", () => dialog.open && this.#drawDevices());
  }

  #on(name, run) {
    part(this.#dialog, name).addEventListener("change", ({ target }) => run(target));
  }

  #open(root) {
    part(root, "menu").hidePopover();
    const { isStable, pushesToTalk, hasKeys } = chosenDevices();
    part(this.#dialog, "sound-stable").checked = isStable;
    part(this.#dialog, "sound-push").checked = pushesToTalk;
    part(this.#dialog, "sound-keys").checked = hasKeys;
    this.#drawDevices();
    this.#dialog.showModal();
  }

  async #choose(changes) {
    chooseDevices(changes);
    if (this.#test && "microphone" in changes) await this.#startTest();
    await this.#room.audio.useDevices().catch((error) => this.#say(error.message));
  }

  async #drawDevices() {
    const { microphones, outputs } = await listDevices();
    const { microphone, output } = chosenDevices();
    fill(part(this.#dialog, "sound-microphone"), microphones, microphone);
    fill(part(this.#dialog, "sound-output"), outputs, output);
    part(this.#dialog, "sound-output-field").hidden = outputs.length === 0 || !("setSinkId" in HTMLMediaElement.prototype);
  }

  // --- The test ------------------------------------------------------------------------------------------------------------

  /** Show how loud the microphone is. The microphone in use is measured as it is; otherwise one is opened, which sends
   *  nothing. */
  async #startTest() {
    this.#endTest();
    const test = (this.#test = { stop: new AbortController(), track: null, ear: null, timer: 0, isHeard: false });
    this.#drawTest();
    try {
      const own = this.#room.audio.microphoneStream;
      test.track = own ? null : await openMicrophone(test.stop.signal);
      test.ear = earOf(own ?? new MediaStream([test.track]));
    } catch (error) {
      if (this.#test === test) this.#endTest();
      if (!(error instanceof Canceled)) this.#say([error.message, error.advice].filter(Boolean).join(" "));
      return;
    }
    test.timer = setInterval(() => this.#measure(test), EVERY);
    this.#say(QUIET);
    // Devices have names now.
    this.#drawDevices();
  }

  #endTest() {
    const test = this.#test;
    this.#test = null;
    if (test) {
      test.stop.abort();
      clearInterval(test.timer);
      test.ear?.close();
      test.track?.stop();
    }
    this.#say("");
    this.#drawTest();
  }

  #measure(test) {
    const level = test.ear?.level ?? 0;
    part(this.#dialog, "sound-meter").value = Math.min(1, level / FULL);
    if (test.isHeard || level < VOICE) return;
    test.isHeard = true;
    this.#say(HEARD);
  }

  #drawTest() {
    setText(part(this.#dialog, "sound-test"), this.#test ? gettext("Stop the test") : gettext("Test the microphone"));
    part(this.#dialog, "sound-meter").hidden = this.#test === null;
    part(this.#dialog, "sound-meter").value = 0;
  }

  #say(text) {
    setText(part(this.#dialog, "sound-said"), text);
  }
}

/** List the system's own choice first. A chosen device that is not there now stays chosen for the day it is back. */
function fill(select, devices, chosen) {
  const known = devices.some(({ id }) => id === chosen);
  const missing = chosen && !known ? [{ id: chosen, name: gettext("Not connected") }] : [];
  const options = [{ id: "", name: gettext("Chosen by the system") }, ...devices, ...missing].map(({ id, name }) => {
    const option = fromTemplate("device-template");
    option.value = id;
    option.textContent = name;
    return option;
  });
  select.replaceChildren(...options);
  select.value = chosen;
}
