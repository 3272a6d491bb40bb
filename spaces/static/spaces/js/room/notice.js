// The notice above the controls: the most urgent of all that apply. Pure.

import { gettext } from "../lib/i18n.js";
import { Sound } from "./audio.js";
import { NO_WEBRTC, hasWebRtc } from "./peer.js";
import { Silence } from "./player.js";
import { Phase } from "./room.js";
import { hostGraceLeft, isAlone } from "./room-state.js";
import { names } from "../lib/format.js";
import { share } from "../lib/share.js";

/** Return `{head, more, tone, action: {label, run(room)}, second}` or null. `second` is an alternative action. */
export function noticeOf(room, now) {
  const notices = [silence, asking, fault, interrupted, reconnecting, blocked, lost, unwelcome, hostAway, silent, connecting, asked, invited, alone];
  return room.parting ? null : (notices.map((notice) => notice(room, now)).find(Boolean) ?? null);
}

const SILENCES = {
  [Silence.BLOCKED]: { head: gettext("The browser is waiting for you"), more: gettext("It plays no sound before a tap.") },
  [Silence.PAUSED]: { head: gettext("The sound is paused"), more: gettext("A call, a headset or the system paused it.") },
  [Silence.NO_OUTPUT]: { head: gettext("There is nothing to hear it with"), more: gettext("Connect a speaker or headphones.") },
};

function silence({ audio }) {
  if (audio.silence === null) return null;
  const action = { label: gettext("Tap to hear"), run: (room) => room.audio.play() };
  return { ...SILENCES[audio.silence], tone: "strong", action, over: gettext("You hear the room again.") };
}

function asking({ microphone }) {
  if (!microphone.isAsking) return null;
  const more = gettext("Answer it beside the address. If you see nothing there, cancel and unmute again.");
  return { head: gettext("Your browser is asking for the microphone"), more, tone: "plain" };
}

function interrupted({ microphone }) {
  if (!microphone.isInterrupted) return null;
  const more = gettext("A call or a switch on the device does that. You are muted here until it ends.");
  return { head: gettext("Your system muted the microphone"), more, tone: "bad" };
}

function silent({ microphone }) {
  if (!microphone.isSilent) return null;
  const action = { label: gettext("Try again"), run: (room) => room.microphone.reopen() };
  const more = gettext("It may be switched off on the device or in the system.");
  return { head: gettext("We hear nothing from your microphone"), more, tone: "bad", action };
}

function fault({ microphone }) {
  if (microphone.fault === null) return null;
  const action = { label: gettext("Got it"), run: (room) => room.microphone.forgetFault() };
  return { head: microphone.fault.message, more: microphone.fault.advice, tone: "bad", action };
}

function reconnecting({ phase, audio }) {
  if (phase !== Phase.RECONNECTING) return null;
  return { head: gettext("Reconnecting…"), more: audio.sound === Sound.ON ? gettext("You can still hear the room.") : "", tone: "late", over: gettext("You are connected again.") };
}

function lost({ audio }) {
  return audio.sound === Sound.LOST ? { head: gettext("Sound is coming back…"), tone: "late", over: gettext("The sound is back.") } : null;
}

function blocked({ audio }) {
  if (!audio.isBlocked || audio.sound === Sound.ON) return null;
  const action = { label: gettext("Try again"), run: (room) => room.audio.retry() };
  const second = { label: gettext("Test connection"), run: () => window.open("/i/connection", "_blank", "noopener") };
  const more = hasWebRtc() ? gettext("Your network seems to block it. Try another network, or without a VPN. We keep trying.") : NO_WEBRTC;
  return { head: gettext("No sound gets through to you"), more, tone: "bad", action, second, over: gettext("You hear the room now.") };
}

function unwelcome(room) {
  const people = room.unwelcome;
  if (people.length === 0) return null;
  const action = { label: gettext("Leave Space"), run: () => room.leave() };
  const second = { label: gettext("Stay"), run: () => room.bearWith(people) };
  return { head: gettext("Someone you blocked can speak here"), more: names(people), tone: "bad", action, second };
}

function hostAway({ state }, now) {
  const left = hostGraceLeft(state.space, now);
  // Once an acting host stands in, the line below the title shows that instead.
  if (left === null || state.space.acting_host || state.space.host.id === state.you?.id) return null;
  const isShared = state.stage.some(({ role }) => role === "cohost");
  const end = isShared
    ? gettext("A co-host takes over in {time} if they do not come back.", { time: clock(left) })
    : gettext("The Space ends in {time} if they do not come back.", { time: clock(left) });
  // The seconds are in the part that is not read out, because they change all the time.
  return { head: gettext("The host is reconnecting"), clock: end };
}

function asked({ state }) {
  if (!state.you?.invited_to_cohost) return null;
  const action = { label: gettext("Accept"), run: (room) => room.acceptCohost() };
  const second = { label: gettext("Decline"), run: (room) => room.declineCohost() };
  return { head: gettext("You are asked to be a co-host"), more: gettext("Co-hosts run the Space together with the host."), action, second };
}

function invited(room) {
  if (!room.isInvited) return null;
  const action = { label: gettext("Accept"), run: () => room.acceptMic() };
  const second = { label: gettext("Not now"), run: () => room.putOffMic() };
  return { head: gettext("You are invited to speak"), more: gettext("Your microphone stays off until you unmute."), action, second };
}

function connecting({ phase, audio }) {
  const isComing = phase === Phase.CONNECTING || audio.sound === Sound.CONNECTING;
  return isComing ? { head: gettext("Connecting…"), tone: "late" } : null;
}

function alone({ state }) {
  if (!isAlone(state)) return null;
  const action = { label: gettext("Copy link"), run: (room) => share(room.state.space) };
  return { head: gettext("You are the only one here"), more: gettext("Your followers see the bubble now."), action };
}

function clock(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
