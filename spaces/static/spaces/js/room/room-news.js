// The messages about changes in the room. Pure: `{said}` is only read out, `{shown: {text, tone, opensQueue}}` is also
// seen.

import { gettext, ngettext } from "../lib/i18n.js";
import { isolate, names, ordinal } from "../lib/format.js";
import { holdsMic } from "./room-state.js";

export function newsOf(event, before, after) {
  return TELLERS[event.type]?.(event, before, after) ?? {};
}

const TELLERS = {
  "you.changed": ({ reason, by, you }) => OWN[reason]?.(by ? isolate(by.name) : gettext("The host"), you),
  "queue.changed": queue,
  "queue.place": ({ place }, before, after) => (after === before ? {} : { said: `${placeWords(place)}.` }),
  "stage.changed": stage,
  "space.changed": space,
};

/** Return a message for each change of the own role and state during an outage, or after missed events. */
export function newsOfReturn(before, after, reason = null) {
  const isKnown = before.you !== null && before.space?.id === after.space?.id;
  // A reloaded page does not know the state before; the server does.
  if (!isKnown) return reason === "seat_lost" ? [{ shown: { text: SEAT_GONE, tone: "bad" } }] : [];
  return [ofSeat(before.you, after.you), ofRequest(before.you, after.you), ofQueue(before, after)].filter(Boolean);
}

function ofSeat(before, after) {
  if (before.role === after.role) return null;
  if (!holdsMic(before)) return holdsMic(after) ? { shown: { text: GIVEN, tone: "good" } } : null;
  if (!holdsMic(after)) return { shown: { text: SEAT_GONE, tone: "bad" } };
  return { shown: { text: NOW[after.role] } };
}

const GIVEN = gettext("You were given a microphone meanwhile. It is off until you unmute.");
const SEAT_GONE = gettext("You lost your place on the stage while you were away. You are listening.");
const NOW = {
  host: gettext("You are the host now."),
  acting_host: gettext("The host is away. You run the Space until they are back."),
  cohost: gettext("You are a co-host now."),
  speaker: gettext("You are a speaker now."),
};

function ofRequest(before, after) {
  const isGone = before.requested && !after.requested && !holdsMic(after);
  return isGone ? { shown: { text: gettext("Your request is no longer waiting.") } } : null;
}

function ofQueue(before, after) {
  if (!before.queue || !after.queue) return null;
  const known = new Set(before.queue.people.map(({ id }) => id));
  const news = after.queue.people.filter(({ id }) => !known.has(id));
  return news.length ? { shown: { text: wantToSpeak(news), opensQueue: true } } : null;
}

const SOFTWARE = gettext("Your voice comes from broadcasting software now.");
const SOFTWARE_MUTED = gettext("Broadcasting software is connected. Unmute to be heard.");

const OWN = {
  requested: (_, { queue_place: place }) => ({
    said: [gettext("You asked for the microphone."), place && `${placeWords(place)}.`].filter(Boolean).join(" "),
  }),
  request_canceled: () => ({ said: gettext("Your request is withdrawn.") }),
  approved: (name) => ({ shown: { text: gettext("{name} gave you a microphone. It is off until you unmute.", { name }), tone: "good" } }),
  declined: (name) => ({ shown: { text: gettext("{name} declined your request.", { name }) } }),
  muted: () => ({ said: gettext("Your microphone is off.") }),
  unmuted: () => ({ said: gettext("Your microphone is on.") }),
  muted_by_host: (name) => ({ shown: { text: gettext("{name} muted you.", { name }) } }),
  mic_taken: (name) => ({ shown: { text: gettext("{name} took the microphone back. You are listening.", { name }) } }),
  invited: (name) => ({ said: gettext("{name} invites you to speak.", { name }) }),
  cohost_invited: (name) => ({ said: gettext("{name} asks you to be a co-host.", { name }) }),
  cohost_withdrawn: (name) => ({ shown: { text: gettext("{name} withdrew the co-host role.", { name }) } }),
  cohost: () => ({ shown: { text: gettext("You are a co-host now and can use Manage."), tone: "good" } }),
  cohost_declined: () => ({ said: gettext("You declined to be a co-host.") }),
  cohost_refused: (name) => ({ shown: { text: gettext("{name} does not want to be a co-host.", { name }) } }),
  acting_host: () => ({ shown: { text: gettext("The host is away. You run the Space until they are back."), tone: "good" } }),
  acting_ended: () => ({ shown: { text: gettext("Someone else runs the Space now.") } }),
  host_back: () => ({ shown: { text: gettext("The host is back and runs the Space again.") } }),
  handed_over: () => ({ shown: { text: gettext("You handed the Space over. You are a co-host now.") } }),
  host: (name) => ({ shown: { text: gettext("{name} handed the Space over to you. You are the host.", { name }), tone: "good" } }),
  recording_started: () => ({ shown: { text: gettext("This Space is being recorded now. Unmute to agree and to be heard.") } }),
  recording_disk_full: () => ({ shown: { text: gettext("The recording stopped: the site has no room left for it."), tone: "bad" } }),
  recording_quota: () => ({ shown: { text: gettext("The recording stopped: your space for recordings is used up."), tone: "bad" } }),
  recording_not_writable: () => ({ shown: { text: gettext("The recording stopped: its file could not be written."), tone: "bad" } }),
  broadcast_started: (_, { muted }) => ({ shown: { text: muted ? SOFTWARE_MUTED : SOFTWARE, tone: "good" } }),
  broadcast_ended: () => ({ shown: { text: gettext("The broadcasting software has stopped. Your microphone is off.") } }),
  stepped_down: () => ({ shown: { text: gettext("You gave the microphone back. You are listening.") } }),
};

/** `You are 3rd in the queue`. */
export function placeWords(place) {
  return gettext("You are {place} in the queue", { place: ordinal(place) });
}

function queue({ state }, before, after) {
  if (state !== "pending" || after.queue === before.queue) return {};
  return { shown: { text: wantToSpeak([...after.queue.people].reverse()), opensQueue: true } };
}

function wantToSpeak(people) {
  return ngettext("{names} wants to speak.", "{names} want to speak.", people.length, { names: names(people, 2) });
}

function stage({ left = [] }, before, after) {
  if (after.stage === before.stage) return {};
  const known = new Set(before.stage.map(({ id }) => id));
  const isOther = ({ id }) => id !== after.you?.id;
  const came = after.stage.filter((person) => !known.has(person.id) && isOther(person));
  const went = before.stage.filter((person) => left.includes(person.id) && isOther(person));
  const said = [
    came.length && ngettext("{names} can speak now.", "{names} can speak now.", came.length, { names: names(came) }),
    went.length && ngettext("{names} left the stage.", "{names} left the stage.", went.length, { names: names(went) }),
  ];
  return { said: said.filter(Boolean).join(" ") || null };
}

const POLICIES = {
  everyone: gettext("Everyone can ask to speak now."),
  followed: gettext("Only people the host follows can ask to speak now."),
  invited: gettext("Only people the host invites can speak now."),
};

function space(event, before, after) {
  const isRecorded = Boolean(after.space.recording);
  if (before.space && isRecorded !== Boolean(before.space.recording)) return { shown: { text: isRecorded ? RECORDED : NOT_RECORDED } };
  if (before.space && after.space.title !== before.space.title) {
    return { shown: { text: gettext("The Space is called {title} now.", { title: isolate(after.space.title) }) } };
  }
  const policy = after.space.speak_policy;
  if (before.space && policy !== before.space.speak_policy) return { said: POLICIES[policy] };
  if (before.space && isLocked(after) !== isLocked(before)) return { said: isLocked(after) ? LOCKED : OPEN };
  const needs = Boolean(after.space.accounts_only);
  if (before.space && needs !== Boolean(before.space.accounts_only)) return { said: needs ? ACCOUNTS_ONLY : GUESTS };
  return { said: ofHost(before.space, after.space) };
}

const RECORDED = gettext("This Space is being recorded.");
const NOT_RECORDED = gettext("The recording stopped.");
const ACCOUNTS_ONLY = gettext("Listeners need an account now.");
const GUESTS = gettext("People without an account can listen again.");

const LOCKED = gettext("The Space is locked: only invited people can join now.");
const OPEN = gettext("The Space is open to everyone again.");

function isLocked({ space }) {
  return Boolean(space.locked);
}

function ofHost(before, after) {
  const acting = after.acting_host;
  if (acting && acting.id !== before?.acting_host?.id) return gettext("{name} runs the Space while the host is away.", { name: isolate(acting.name) });
  const isLost = Boolean(after.host_lost_at);
  if (isLost === Boolean(before?.host_lost_at)) return null;
  return isLost ? gettext("The host lost the connection.") : gettext("The host is back.");
}
