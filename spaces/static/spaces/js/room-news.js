// The messages about changes in the room. Pure: `{said}` is only read out, `{shown: {text, tone, opensQueue}}` is also
// seen.

import { isolate, names } from "./format.js";
import { holdsMic } from "./room-state.js";

export function newsOf(event, before, after) {
  return TELLERS[event.type]?.(event, before, after) ?? {};
}

const TELLERS = {
  "you.changed": ({ reason, by }) => OWN[reason]?.(by ? isolate(by.name) : "The host"),
  "queue.changed": queue,
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

const GIVEN = "You were given a microphone meanwhile. It is off until you unmute.";
const SEAT_GONE = "You lost your place on the stage while you were away. You are listening.";
const NOW = {
  host: "You are the host now.",
  acting_host: "The host is away. You run the Space until they are back.",
  cohost: "You are a co-host now.",
  speaker: "You are a speaker now.",
};

function ofRequest(before, after) {
  const isGone = before.requested && !after.requested && !holdsMic(after);
  return isGone ? { shown: { text: "Your request is no longer waiting." } } : null;
}

function ofQueue(before, after) {
  if (!before.queue || !after.queue) return null;
  const known = new Set(before.queue.people.map(({ id }) => id));
  const news = after.queue.people.filter(({ id }) => !known.has(id));
  return news.length ? { shown: { text: wantToSpeak(news), opensQueue: true } } : null;
}

const OWN = {
  requested: () => ({ said: "You asked for the microphone." }),
  request_canceled: () => ({ said: "Your request is withdrawn." }),
  approved: (name) => ({ shown: { text: `${name} gave you a microphone. It is off until you unmute.`, tone: "good" } }),
  declined: (name) => ({ shown: { text: `${name} declined your request.` } }),
  muted: () => ({ said: "Your microphone is off." }),
  unmuted: () => ({ said: "Your microphone is on." }),
  muted_by_host: (name) => ({ shown: { text: `${name} muted you.` } }),
  mic_taken: (name) => ({ shown: { text: `${name} took the microphone back. You are listening.` } }),
  invited: (name) => ({ said: `${name} invites you to speak.` }),
  cohost_invited: (name) => ({ said: `${name} asks you to be a co-host.` }),
  cohost_withdrawn: (name) => ({ shown: { text: `${name} withdrew the co-host role.` } }),
  cohost: () => ({ shown: { text: "You are a co-host now and can use Manage.", tone: "good" } }),
  cohost_declined: () => ({ said: "You declined to be a co-host." }),
  cohost_refused: (name) => ({ shown: { text: `${name} does not want to be a co-host.` } }),
  acting_host: () => ({ shown: { text: "The host is away. You run the Space until they are back.", tone: "good" } }),
  acting_ended: () => ({ shown: { text: "Someone else runs the Space now." } }),
  host_back: () => ({ shown: { text: "The host is back and runs the Space again." } }),
  handed_over: () => ({ shown: { text: "You handed the Space over. You are a co-host now." } }),
  host: (name) => ({ shown: { text: `${name} handed the Space over to you. You are the host.`, tone: "good" } }),
  stepped_down: () => ({ shown: { text: "You gave the microphone back. You are listening." } }),
};

function queue({ state }, before, after) {
  if (state !== "pending" || after.queue === before.queue) return {};
  return { shown: { text: wantToSpeak([...after.queue.people].reverse()), opensQueue: true } };
}

function wantToSpeak(people) {
  return `${names(people, 2)} ${people.length > 1 ? "want" : "wants"} to speak.`;
}

function stage({ left = [] }, before, after) {
  if (after.stage === before.stage) return {};
  const known = new Set(before.stage.map(({ id }) => id));
  const isOther = ({ id }) => id !== after.you?.id;
  const came = after.stage.filter((person) => !known.has(person.id) && isOther(person));
  const went = before.stage.filter((person) => left.includes(person.id) && isOther(person));
  const said = [came.length && `${names(came)} can speak now.`, went.length && `${names(went)} left the stage.`];
  return { said: said.filter(Boolean).join(" ") || null };
}

const POLICIES = {
  everyone: "Everyone can ask to speak now.",
  followed: "Only people the host follows can ask to speak now.",
  invited: "Only people the host invites can speak now.",
};

function space(event, before, after) {
  const policy = after.space.speak_policy;
  if (before.space && policy !== before.space.speak_policy) return { said: POLICIES[policy] };
  if (before.space && isLocked(after) !== isLocked(before)) return { said: isLocked(after) ? LOCKED : OPEN };
  const needs = Boolean(after.space.accounts_only);
  if (before.space && needs !== Boolean(before.space.accounts_only)) return { said: needs ? ACCOUNTS_ONLY : GUESTS };
  return { said: ofHost(before.space, after.space) };
}

const ACCOUNTS_ONLY = "Listeners need an account now.";
const GUESTS = "People without an account can listen again.";

const LOCKED = "The Space is locked: only invited people can join now.";
const OPEN = "The Space is open to everyone again.";

function isLocked({ space }) {
  return Boolean(space.locked);
}

function ofHost(before, after) {
  const acting = after.acting_host;
  if (acting && acting.id !== before?.acting_host?.id) return `${isolate(acting.name)} runs the Space while the host is away.`;
  const isLost = Boolean(after.host_lost_at);
  if (isLost === Boolean(before?.host_lost_at)) return null;
  return isLost ? "The host lost the connection." : "The host is back.";
}
