// The Space outside its page: on the lock screen and by the keys of a headset. The screen stays on while the microphone
// is open.

import { clearMedia, keepScreenOn, showMedia } from "../lib/comforts.js";
import { holdsMic, may } from "./room-state.js";

const ACTIONS = ["play", "pause", "stop", "togglemicrophone", "hangup"];

export class LockScreen {
  #room;
  #isShown = false;
  #letScreenGo = null;

  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#draw());
  }

  #draw() {
    const { isInside, state } = this.#room;
    this.#keepOn(isInside && isOnAir(state));
    if (isInside && state.space) this.#show(state);
    else this.#clear();
  }

  #keepOn(isOn) {
    if (isOn === (this.#letScreenGo !== null)) return;
    this.#letScreenGo?.();
    this.#letScreenGo = isOn ? keepScreenOn() : null;
  }

  #show(state) {
    const { space, you } = state;
    const isPlaying = this.#room.audio.silence === null;
    const isMicOn = holdsMic(you) ? !you.muted : null;
    const { name: artist, avatar: image } = space.host;
    showMedia({ title: space.title, artist, image, isPlaying, isMicOn }, this.#handlers(state));
    this.#isShown = true;
  }

  #handlers(state) {
    const { audio } = this.#room;
    const leave = may(state, "leave") ? () => this.#room.leave() : null;
    const toggle = holdsMic(state.you) ? () => this.#toggle() : null;
    return { play: () => audio.play(), pause: () => audio.pause(), stop: leave, togglemicrophone: toggle, hangup: leave };
  }

  #toggle() {
    const { microphone, state } = this.#room;
    if (state.you.muted) microphone.unmute();
    else microphone.mute();
  }

  #clear() {
    if (this.#isShown) clearMedia(ACTIONS);
    this.#isShown = false;
  }
}

function isOnAir({ you }) {
  return holdsMic(you) && !you.muted;
}
