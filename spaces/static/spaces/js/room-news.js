// Which changes are put into words, and how. Pure: `{said}` is only read out, `{shown: {text, tone, opensQueue}}` is seen too.

import { isolate, names } from "./format.js";

export function newsOf(event, before, after) {
  return TELLERS[event.type]?.(event, before, after) ?? {};
}

const TELLERS = {
  "you.changed": ({ reason, by }) => OWN[reason]?.(by ? isolate(by.name) : "The host"),
  "queue.changed": queue,
  "stage.changed": stage,
  "space.changed": space,
  "space.ended": ({ space: { end_message } }) => ({ said: end_message ?? "The Space has ended." }),
};

const OWN = {
  requested: () => ({ said: "You asked for the microphone." }),
  request_canceled: () => ({ said: "Your request is taken back." }),
  approved: (name) => ({ shown: { text: `${name} gave you a microphone. It is off until you unmute.`, tone: "good" } }),
  declined: (name) => ({ shown: { text: `${name} declined your request.` } }),
  muted: () => ({ said: "Your microphone is off." }),
  unmuted: () => ({ said: "Your microphone is on." }),
  muted_by_host: (name) => ({ shown: { text: `${name} muted you.` } }),
  mic_taken: (name) => ({ shown: { text: `${name} took the microphone back. You are listening.` } }),
  invited: (name) => ({ said: `${name} invites you to speak.` }),
  cohost_invited: (name) => ({ said: `${name} asks you to be a co-host.` }),
  cohost_withdrawn: (name) => ({ shown: { text: `${name} took the co-host's place back.` } }),
  cohost: () => ({ shown: { text: "You are a co-host now: Manage is yours, too.", tone: "good" } }),
  cohost_declined: () => ({ said: "You declined to be a co-host." }),
  cohost_refused: (name) => ({ shown: { text: `${name} does not want to be a co-host.` } }),
  acting_host: () => ({ shown: { text: "The host is away. You run the Space until they are back.", tone: "good" } }),
  acting_ended: () => ({ shown: { text: "Somebody else runs the Space now." } }),
  host_back: () => ({ shown: { text: "The host is back and runs the Space again." } }),
  handed_over: () => ({ shown: { text: "You handed the Space over. You are a co-host now." } }),
  host: (name) => ({ shown: { text: `${name} handed the Space over to you. You are the host.`, tone: "good" } }),
  stepped_down: () => ({ shown: { text: "You gave the microphone back. You are listening." } }),
};

function queue({ state }, before, after) {
  if (state !== "pending" || after.queue === before.queue) return {};
  const latest = [...after.queue.people].reverse();
  const verb = latest.length > 1 ? "want" : "wants";
  return { shown: { text: `${names(latest, 2)} ${verb} to speak.`, opensQueue: true } };
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
  return { said: ofHost(before.space, after.space) };
}

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
