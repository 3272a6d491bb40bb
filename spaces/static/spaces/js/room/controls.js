// The bar at the bottom of the room, the way out at its top, and the small menu.

import { gettext, ngettext } from "../lib/i18n.js";
import { fromTemplate, keyed, part, setAttribute, setIcon, setText } from "../lib/dom.js";
import { count } from "../lib/format.js";
import { chooseOriginalSound, isOriginalSound } from "./microphone.js";
import { placeWords } from "./room-news.js";
import { holdsMic, may } from "./room-state.js";

/** The states of the big button, and what a tap on it does in each. */
const MIC = {
  opening: { label: gettext("Connecting…"), icon: "mic", tap: () => {} },
  asking: { label: gettext("Cancel"), icon: "close", tap: (room) => room.microphone.cancel() },
  mute: { label: gettext("Mute"), icon: "mic", tap: (room) => room.microphone.mute() },
  unmute: { label: gettext("Unmute"), icon: "mic-off", tap: (room) => room.microphone.unmute() },
  cancel: { label: gettext("Cancel request"), icon: "mic", tap: (room) => room.cancelRequest() },
  request: { label: gettext("Request"), icon: "mic", tap: (room) => room.request() },
};

/** The value of a button of the end dialog begins with this, and ends in the id of a co-host. */
const HAND_OVER = "hand_over:";

/** Reasons why the server may refuse a request, shown before the person asks. */
const POLICY_NOTES = { followed: gettext("Only people the host follows"), invited: gettext("Only people the host invites") };

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
    this.#drawBroadcast(state);
    if (!isInside) this.#closeAll();
    part(this.#root, "dock-mic").hidden = !isInside || !holdsMic(state.you);
    if (!state.you) return;
    this.#drawMic();
    this.#drawManage(state);
    this.#drawShare(state);
    this.#drawReport(state);
    if (part(this.#root, "end-dialog").open) this.#drawHeirs();
  }

  #listen() {
    const root = this.#root;
    const room = this.#room;
    const dialog = part(root, "end-dialog");
    part(root, "mic").addEventListener("click", () => this.#mic().tap(room));
    part(root, "dock-mic").addEventListener("click", () => this.#mic().tap(room));
    part(root, "leave").addEventListener("click", () => room.leave());
    part(root, "share-menu").addEventListener("click", () => part(root, "share-menu").hidePopover());
    part(root, "end").addEventListener("click", () => this.#askEnd(dialog));
    dialog.addEventListener("close", () => this.#ended(dialog.returnValue));
    part(root, "step-down").addEventListener("click", () => this.#stepDown());
    part(root, "broadcast").addEventListener("click", () => this.#leadToBroadcast());
    this.#listenToSettings(part(root, "original-sound"));
  }

  /** Show the page behind the room, which the link opens. */
  #leadToBroadcast() {
    part(this.#root, "menu").hidePopover();
    this.#room.stepAside();
  }

  /** Lead to the page with the address and the key for broadcasting software. */
  #drawBroadcast(state) {
    const link = part(this.#root, "broadcast");
    link.hidden = !may(state, "make_broadcast_key");
    if (!link.hidden) setAttribute(link, "href", `/i/spaces/${state.space.id}/broadcast`);
  }

  #listenToSettings(original) {
    original.checked = isOriginalSound();
    original.addEventListener("change", () => {
      chooseOriginalSound(original.checked);
      this.#room.audio.useMicrophoneSettings();
    });
  }

  #askEnd(dialog) {
    dialog.returnValue = "";
    this.#drawHeirs();
    dialog.showModal();
  }

  #ended(choice) {
    if (choice === "end") this.#room.end();
    const heir = this.#room.state.stage.find(({ id }) => choice === `${HAND_OVER}${id}`);
    if (heir) this.#room.handOverAndLeave(heir);
  }

  /** Offer to hand the Space over to each co-host, and to leave without ending it. */
  #drawHeirs() {
    const { state } = this.#room;
    const mayLeave = may(state, "hand_over");
    const heirs = mayLeave ? state.stage.filter(({ role }) => role === "cohost") : [];
    keyed(part(this.#root, "end-heirs"), heirs, {
      create: () => fromTemplate("heir-template"),
      update: (element, { id, name }) => {
        setAttribute(element, "value", `${HAND_OVER}${id}`);
        setText(part(element, "heir-name"), name);
      },
    });
    part(this.#root, "end-no-heir").hidden = !mayLeave || heirs.length > 0;
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
    const { space, you } = this.#room.state;
    if (you.broadcasting) return gettext("From broadcasting software");
    if (mic === MIC.cancel) return you.queue_place ? placeWords(you.queue_place) : gettext("Waiting for the host");
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
    setText(part(this.#root, "waiting"), ngettext("{number} request is waiting", "{number} requests are waiting", waiting));
  }
}
