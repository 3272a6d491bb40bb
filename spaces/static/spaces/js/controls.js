// The bar at the bottom of the room, the way out at its top, and the small menu.

import { part, setAttribute, setIcon, setText } from "./dom.js";
import { count } from "./format.js";
import { chooseOriginalSound, isOriginalSound } from "./microphone.js";
import { holdsMic, may } from "./room-state.js";

/** The states of the big button, and what a tap on it does in each. */
const MIC = {
  opening: { label: "Connecting…", icon: "mic", tap: () => {} },
  asking: { label: "Cancel", icon: "close", tap: (room) => room.microphone.cancel() },
  mute: { label: "Mute", icon: "mic", tap: (room) => room.microphone.mute() },
  unmute: { label: "Unmute", icon: "mic-off", tap: (room) => room.microphone.unmute() },
  cancel: { label: "Cancel request", icon: "mic", tap: (room) => room.cancelRequest() },
  request: { label: "Request", icon: "mic", tap: (room) => room.request() },
};

/** Reasons why the server may refuse a request, shown before the person asks. */
const POLICY_NOTES = { followed: "Only people the host follows", invited: "Only people the host invites" };

export class Controls {
  #root;
  #room;

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    this.#listen();
  }

  draw() {
    const { state, isInside } = this.#room;
    part(this.#root, "controls").hidden = !isInside;
    part(this.#root, "leave").hidden = !isInside || !may(state, "leave");
    part(this.#root, "end").hidden = !isInside || !may(state, "end");
    part(this.#root, "react").hidden = !may(state, "react");
    part(this.#root, "step-down").hidden = !may(state, "step_down");
    if (!isInside) this.#closeAll();
    part(this.#root, "dock-mic").hidden = !isInside || !holdsMic(state.you);
    if (!state.you) return;
    this.#drawMic();
    this.#drawManage(state);
    this.#drawShare(state);
    this.#drawReport(state);
  }

  #listen() {
    const root = this.#root;
    const room = this.#room;
    const dialog = part(root, "end-dialog");
    part(root, "mic").addEventListener("click", () => this.#mic().tap(room));
    part(root, "dock-mic").addEventListener("click", () => this.#mic().tap(room));
    part(root, "leave").addEventListener("click", () => room.leave());
    part(root, "share-menu").addEventListener("click", () => part(root, "share-menu").hidePopover());
    part(root, "end").addEventListener("click", () => dialog.showModal());
    dialog.addEventListener("close", () => dialog.returnValue === "end" && room.end());
    part(root, "step-down").addEventListener("click", () => this.#stepDown());
    this.#listenToSettings(part(root, "original-sound"));
  }

  #listenToSettings(original) {
    original.checked = isOriginalSound();
    original.addEventListener("change", () => {
      chooseOriginalSound(original.checked);
      this.#room.audio.useMicrophoneSettings();
    });
  }

  #stepDown() {
    part(this.#root, "menu").hidePopover();
    this.#room.stepDown();
  }

  #closeAll() {
    const dialog = part(this.#root, "end-dialog");
    if (dialog.open) dialog.close("keep");
    part(this.#root, "menu").hidePopover();
    part(this.#root, "share-menu").hidePopover();
    part(this.#root, "react-menu").hidePopover();
  }

  #mic() {
    const { state, microphone } = this.#room;
    if (microphone.isAsking) return MIC.asking;
    if (microphone.isOpening) return MIC.opening;
    if (holdsMic(state.you)) return state.you.muted ? MIC.unmute : MIC.mute;
    return state.you.requested ? MIC.cancel : MIC.request;
  }

  #drawMic() {
    const mic = this.#mic();
    const button = part(this.#root, "mic");
    const isOn = mic === MIC.mute;
    setText(part(this.#root, "mic-label"), mic.label);
    setIcon(button.querySelector("svg"), mic.icon);
    button.toggleAttribute("data-on", isOn);
    button.toggleAttribute("data-waiting-for-host", mic === MIC.cancel);
    setAttribute(button, "aria-busy", mic === MIC.opening ? "true" : null);
    setText(part(this.#root, "mic-note"), this.#micNote(mic));
    this.#drawDockMic(mic);
  }

  #micNote(mic) {
    if (mic === MIC.cancel) return "Waiting for the host";
    const { space, you } = this.#room.state;
    return mic === MIC.request && !you.invited ? (POLICY_NOTES[space.speak_policy] ?? "") : "";
  }

  #drawDockMic(mic) {
    const button = part(this.#root, "dock-mic");
    setAttribute(button, "aria-label", mic.label);
    setIcon(button.querySelector("svg"), mic.icon);
    button.toggleAttribute("data-on", mic === MIC.mute);
  }

  #drawReport({ space }) {
    const report = part(this.#root, "report-space-item");
    if (!report) return;
    this.#root.dataset.inSpace = space.id;
    report.hidden = space.host.id === this.#room.state.you.id;
    setAttribute(report, "data-space", space.id);
    setAttribute(report, "data-report-about", space.title);
  }

  #drawShare(state) {
    const menu = part(this.#root, "share-menu");
    const { id } = state.space;
    const invite = part(menu, "invite-open");
    invite.hidden = !may(state, "invite");
    setAttribute(invite, "data-invite-open", id);
    setAttribute(part(menu, "compose-space"), "data-compose-space", id);
    setAttribute(part(menu, "compose-space"), "href", `/compose?space=${id}`);
    setAttribute(part(menu, "copy-link"), "data-copy-link", id);
    part(menu, "pin-open").hidden = !may(state, "pin");
  }

  #drawManage(state) {
    const waiting = state.queue?.total ?? 0;
    const badge = part(this.#root, "badge");
    part(this.#root, "manage").hidden = !may(state, "manage");
    part(this.#root, "people-open").hidden = may(state, "manage") || !may(state, "see_people");
    badge.hidden = waiting === 0;
    setText(badge, count(waiting));
    setText(part(this.#root, "waiting"), waiting === 1 ? "1 request is waiting" : `${waiting} requests are waiting`);
  }
}
