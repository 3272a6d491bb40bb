// The page's state of one Space: a pure function of snapshots and events. No DOM, no network.
//
// Numbered events count up by one. An event that skips a number is not applied: the state becomes `stale`, and the room
// asks the server for a snapshot.

const RANK = { host: 4, acting_host: 3, cohost: 2, speaker: 1, listener: 0, outsider: -1 };
/** The page knows only the oldest requests. With fewer than this many, while there are more, it asks for the next
 *  ones. */
const FEW_WAITING = 10;
const NOBODY = { count: 0, listeners: [] };

/** The state before the first snapshot. */
export function blank() {
  return {
    seq: -1,
    queueSeq: -1,
    /** The `queue_seq` of the last known own place in the queue. */
    placeSeq: -1,
    space: null,
    you: null,
    stage: [],
    audience: NOBODY,
    talking: [],
    captions: null,
    queue: null,
    blocked: [],
    ended: null,
    stale: false,
  };
}

export function fromSnapshot(snapshot, before = blank()) {
  return {
    ...blank(),
    seq: snapshot.seq,
    queueSeq: snapshot.queue_seq,
    placeSeq: snapshot.queue_seq,
    space: snapshot.space,
    you: snapshot.you,
    stage: inOrder(snapshot.stage),
    audience: snapshot.audience,
    talking: snapshot.talking ?? before.talking,
    captions: snapshot.captions ?? null,
    queue: snapshot.queue ?? null,
    blocked: snapshot.blocked ?? [],
  };
}

/** Return the state after `event`, or the same object if nothing changes. */
export function reduce(state, event) {
  const change = CHANGES[event.type];
  return change ? change(state, event) : state;
}

const CHANGES = {
  "space.changed": (state, event) => numbered(state, event, () => ({ space: event.space })),
  "stage.changed": (state, event) => numbered(state, event, () => onStage(state, event)),
  "queue.changed": queueChanged,
  "queue.replaced": queueReplaced,
  "queue.place": placeChanged,
  "stage.blocked": (state, { user_id }) => ({ ...state, blocked: [...new Set([...state.blocked, user_id])] }),
  "captions.changed": (state, event) => numbered(state, event, () => withCaptions(state, captionsOf(event))),
  "captions.you": (state, { consent }) => ({ ...state, ...withCaptions(state, { consent }) }),
  // The end of a Space needs no event before it.
  "space.ended": (state, event) => ({
    ...state,
    seq: event.seq,
    space: event.space,
    talking: [],
    ended: { spoke: event.spoke, seconds: event.duration_seconds },
  }),
  "you.changed": (state, event) => ({ ...state, you: event.you, stale: state.stale || lacksQueue(state, event.you) }),
  talking: (state, event) => ({ ...state, talking: event.user_ids }),
  audience: (state, event) => ({ ...state, audience: event.audience }),
  pong: (state, event) => (isBehind(state, event) ? { ...state, stale: true } : state),
};

function numbered(state, event, changes) {
  if (event.seq <= state.seq) return state;
  if (event.seq > state.seq + 1) return { ...state, stale: true };
  return { ...state, seq: event.seq, ...changes() };
}

function onStage(state, event) {
  const left = new Set(event.left ?? []);
  const news = new Map((event.people ?? []).map((person) => [person.id, person]));
  const kept = state.stage.filter(({ id }) => !left.has(id)).map((person) => take(news, person.id) ?? person);
  const stage = inOrder([...kept, ...news.values()]);
  return { stage, audience: besides(stage, state.audience), talking: state.talking.filter((id) => !left.has(id)) };
}

/** Remove people on the stage from the audience, which is counted only once a second and may still contain them. */
function besides(stage, audience) {
  const promoted = new Set(stage.map(({ id }) => id));
  const listeners = audience.listeners.filter(({ id }) => !promoted.has(id));
  return { count: audience.count - (audience.listeners.length - listeners.length), listeners };
}

function captionsOf({ language, translated, consenting }) {
  return { language, translated, consenting };
}

function withCaptions({ captions }, changes) {
  return { captions: captions && { ...captions, ...changes } };
}

function queueChanged(state, event) {
  if (state.queue === null) return { ...state, stale: true };
  if (event.queue_seq <= state.queueSeq) return state;
  if (event.queue_seq > state.queueSeq + 1) return { ...state, stale: true };
  const others = state.queue.people.filter(({ id }) => id !== event.person.id);
  // Do not append a new request while the page does not know all earlier ones: it would stand too far ahead.
  const isWhole = state.queue.people.length === state.queue.total;
  const people = event.state === "pending" && isWhole ? [...others, event.person] : others;
  const stale = state.stale || people.length < Math.min(FEW_WAITING, event.total);
  return { ...state, queueSeq: event.queue_seq, queue: { total: event.total, people }, stale };
}

function queueReplaced(state, { queue_seq, queue }) {
  return queue_seq <= state.queueSeq ? state : { ...state, queueSeq: queue_seq, queue };
}

/** The own place in the queue. An event that was overtaken by a newer one changes nothing. */
function placeChanged(state, { queue_seq, place }) {
  if (queue_seq <= state.placeSeq || !state.you?.requested) return state;
  return { ...state, placeSeq: queue_seq, you: { ...state.you, queue_place: place } };
}

/** Whether the user has just become host or co-host and does not know the queue yet. */
function lacksQueue(state, you) {
  return state.queue === null && you.can.includes("manage");
}

function isBehind(state, { seq = 0, queue_seq = 0 }) {
  return seq > state.seq || (state.queue !== null && queue_seq > state.queueSeq);
}

/** Sort hosts first, then speakers, each in the order they came. */
function inOrder(people) {
  return [...people].sort((a, b) => RANK[b.role] - RANK[a.role]);
}

function take(map, key) {
  const value = map.get(key);
  map.delete(key);
  return value;
}

// --- Questions a page asks ---------------------------------------------------------------------------------------------

export function holdsMic(you) {
  return you !== null && RANK[you.role] >= RANK.speaker;
}

/** Return the state with these fields of `you` changed, on the stage, too. */
export function withOwn(state, changes) {
  const you = { ...state.you, ...changes };
  const own = (person) => (person.id === you.id ? { ...person, muted: you.muted } : person);
  return { ...state, you, stage: state.stage.map(own) };
}

/** Whether the user listens without an account. */
export function isNameless(you) {
  return you?.role === "anonymous";
}

export function may(state, action) {
  return state.you?.can.includes(action) ?? false;
}

/** Whether `you` may act on `person` as host or co-host. The server decides in the end. */
export function standsAbove(you, person) {
  return you.id !== person.id && RANK[you.role] >= RANK.cohost && RANK[you.role] > RANK[person.role];
}

/** Return the people on the stage that the user has blocked. */
export function blockedOnStage({ stage, blocked }) {
  return stage.filter(({ id }) => blocked.includes(id));
}

/** Return the people on the stage who are talking now. A muted one does not count, even if heard a moment ago. */
export function talkersOf({ stage, talking }) {
  return stage.filter(({ id, muted }) => !muted && talking.includes(id));
}

/** Whether no other person has a microphone and no person listens. */
export function isAlone(state) {
  return state.space?.state === "live" && holdsMic(state.you) && state.stage.length <= 1 && state.audience.count === 0;
}

/** Whether this speaker's words appear as captions, in a Space that has captions. */
export function isCaptioned({ space, captions }, { id }) {
  return !space?.captions || captions === null || captions.consenting.includes(id);
}

export function hiddenListeners(state) {
  return Math.max(0, state.audience.count - state.audience.listeners.length);
}

/** Return the milliseconds until the wait for an absent host is over, or null while the host is here. */
export function hostGraceLeft(space, now) {
  if (!space?.host_lost_at) return null;
  return Math.max(0, Date.parse(space.host_lost_at) + space.host_grace_seconds * 1000 - now);
}
