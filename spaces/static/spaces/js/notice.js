// The notice above the controls: the most urgent of all that apply. Pure.

import { Sound } from "./audio.js";
import { Silence } from "./player.js";
import { Phase } from "./room.js";
import { hostGraceLeft, isAlone } from "./room-state.js";
import { names } from "./format.js";
import { share } from "./share.js";

/** Return `{head, more, tone, action: {label, run(room)}, second}` or null. `second` is an alternative action. */
export function noticeOf(room, now) {
  const notices = [silence, asking, fault, interrupted, reconnecting, blocked, lost, unwelcome, hostAway, silent, connecting, asked, invited, alone];
  return room.parting ? null : (notices.map((notice) => notice(room, now)).find(Boolean) ?? null);
}

const SILENCES = {
  [Silence.BLOCKED]: { head: "The browser is waiting for you", more: "It plays no sound before a tap." },
  [Silence.PAUSED]: { head: "The sound is paused", more: "A call, a headset or the system paused it." },
  [Silence.NO_OUTPUT]: { head: "There is nothing to hear it with", more: "Connect a speaker or headphones." },
};

function silence({ audio }) {
  if (audio.silence === null) return null;
  const action = { label: "Tap to hear", run: (room) => room.audio.play() };
  return { ...SILENCES[audio.silence], tone: "strong", action, over: "You hear the room again." };
}

function asking({ microphone }) {
  if (!microphone.isAsking) return null;
  const more = "Answer it beside the address. If you see nothing there, cancel and unmute again.";
  return { head: "Your browser is asking for the microphone", more, tone: "plain" };
}

function interrupted({ microphone }) {
  if (!microphone.isInterrupted) return null;
  const more = "A call or a switch on the device does that. You are muted here until it ends.";
  return { head: "Your system muted the microphone", more, tone: "bad" };
}

function silent({ microphone }) {
  if (!microphone.isSilent) return null;
  const action = { label: "Try again", run: (room) => room.microphone.reopen() };
  const more = "It may be switched off on the device or in the system.";
  return { head: "We hear nothing from your microphone", more, tone: "bad", action };
}

function fault({ microphone }) {
  if (microphone.fault === null) return null;
  const action = { label: "Got it", run: (room) => room.microphone.forgetFault() };
  return { head: microphone.fault.message, more: microphone.fault.advice, tone: "bad", action };
}

function reconnecting({ phase, audio }) {
  if (phase !== Phase.RECONNECTING) return null;
  return { head: "Reconnecting…", more: audio.sound === Sound.ON ? "You can still hear the room." : "", tone: "late", over: "You are connected again." };
}

function lost({ audio }) {
  return audio.sound === Sound.LOST ? { head: "Sound is coming back…", tone: "late", over: "The sound is back." } : null;
}

function blocked({ audio }) {
  if (!audio.isBlocked || audio.sound === Sound.ON) return null;
  const action = { label: "Try again", run: (room) => room.audio.retry() };
  const more = "Your network seems to block it. Try another network, or without a VPN. We keep trying.";
  return { head: "No sound gets through to you", more, tone: "bad", action, over: "You hear the room now." };
}

function unwelcome(room) {
  const people = room.unwelcome;
  if (people.length === 0) return null;
  const action = { label: "Leave Space", run: () => room.leave() };
  const second = { label: "Stay", run: () => room.bearWith(people) };
  return { head: "Someone you blocked can speak here", more: names(people), tone: "bad", action, second };
}

function hostAway({ state }, now) {
  const left = hostGraceLeft(state.space, now);
  // Once an acting host stands in, the line below the title shows that instead.
  if (left === null || state.space.acting_host || state.space.host.id === state.you?.id) return null;
  const isShared = state.stage.some(({ role }) => role === "cohost");
  const end = isShared ? "A co-host takes over" : "The Space ends";
  // The seconds are in the part that is not read out, because they change all the time.
  return { head: "The host is reconnecting", clock: `${end} in ${clock(left)} if they do not come back.` };
}

function asked({ state }) {
  if (!state.you?.invited_to_cohost) return null;
  const action = { label: "Accept", run: (room) => room.acceptCohost() };
  const second = { label: "Decline", run: (room) => room.declineCohost() };
  return { head: "You are asked to be a co-host", more: "Co-hosts run the Space together with the host.", action, second };
}

function invited(room) {
  if (!room.isInvited) return null;
  const action = { label: "Accept", run: () => room.acceptMic() };
  const second = { label: "Not now", run: () => room.putOffMic() };
  return { head: "You are invited to speak", more: "Your microphone stays off until you unmute.", action, second };
}

function connecting({ phase, audio }) {
  const isComing = phase === Phase.CONNECTING || audio.sound === Sound.CONNECTING;
  return isComing ? { head: "Connecting…", tone: "late" } : null;
}

function alone({ state }) {
  if (!isAlone(state)) return null;
  const action = { label: "Copy link", run: (room) => share(room.state.space) };
  return { head: "You are the only one here", more: "Your followers see the bubble now.", action };
}

function clock(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
