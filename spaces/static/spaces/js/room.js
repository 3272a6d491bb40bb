// The Space this page is in: its socket, its audio, what it knows, and what a person can do there. Draws nothing;
// everything that shows it listens to its "change".

import { RoomAudio } from "./audio.js";
import { session } from "./comforts.js";
import { Guesses } from "./guesses.js";
import { Herald } from "./herald.js";
import { OwnMicrophone } from "./own-microphone.js";
import { Quiet } from "./quiet.js";
import { newsOf, newsOfReturn } from "./room-news.js";
import { blank, blockedOnStage, fromSnapshot, holdsMic, isNameless, may, reduce } from "./room-state.js";
import { Stay } from "./stay.js";
import { announce, toast } from "./toast.js";

export const Phase = Object.freeze({
  IDLE: "idle",
  CONNECTING: "connecting",
  INSIDE: "inside",
  RECONNECTING: "reconnecting",
  REPLACED: "replaced",
  OVER: "over",
  OUT: "out",
});

const KEY = "spaces:room";
/** Voices that were heard when the connection was lost are shown no longer than this. */
const DEAF_AFTER = 1_500;
/** A press that becomes no tap within this time was none. */
const PRESS = 5_000;

export class Room extends EventTarget {
  #id = null;
  #stay = null;
  #prepared = null;
  #pressTimer = 0;
  #phase = Phase.IDLE;
  #state = blank();
  #guesses = new Guesses(() => this.#sync());
  #parting = null;
  #isSyncing = false;
  #isTold = false;
  #isPersons;
  #hasPutOff = false;
  #quiet;
  /** The way to the server is cut for so long that nothing it said of voices is true any more. */
  #isDeaf = false;
  #deafTimer = 0;
  /** Ids of people one has blocked, and stays with all the same. */
  #bearsWith = new Set();

  herald = new Herald(() => this.dispatchEvent(new Event("queue")));

  /** `isPersons`: the page belongs to somebody who is logged in. */
  constructor(audioElement, { isPersons = true } = {}) {
    super();
    this.#isPersons = isPersons;
    this.audio = new RoomAudio(audioElement, {
      signal: (type, fields) => this.#request(type, fields),
      onChange: () => this.#changed(),
      onMicrophone: (news) => this.microphone.heard(news),
    });
    this.#quiet = new Quiet(audioElement, () => this.#changed());
    this.microphone = new OwnMicrophone(this.audio, {
      send: (type, guess) => this.#do(type, {}, guess),
      onChange: () => this.#changed(),
    });
  }

  // --- What it shows -----------------------------------------------------------------------------------------------------

  get id() {
    return this.#id;
  }

  get phase() {
    return this.#phase;
  }

  get isInside() {
    return this.#phase === Phase.INSIDE || this.#phase === Phase.RECONNECTING;
  }

  /** What the server said, with what we expect it to say next, and what our own device makes of it. */
  get state() {
    return this.#heard(this.microphone.truthOf(this.#guesses.applyTo(this.#state)));
  }

  /** Nobody is shown talking of whom nothing is heard. One's own voice is not in what one hears. */
  #heard(state) {
    if (!this.#isDeaf && !this.#quiet.isQuiet) return state;
    const talking = this.#isDeaf ? [] : state.talking.filter((id) => id === state.you?.id);
    return { ...state, talking };
  }

  /** Why we are outside again: `{name, message}`. */
  get parting() {
    return this.#parting;
  }

  // --- Coming and going ---------------------------------------------------------------------------------------------------

  /** A finger is on the bubble: whatever takes time and tells nobody can begin. */
  prepare(id) {
    if (this.#id === id || this.#prepared?.id === id) return;
    this.#unprepare();
    this.#prepared = this.#newStay(id);
    this.#pressTimer = setTimeout(() => this.#unprepare(), PRESS);
    this.#prepared.prepare();
    this.audio.prepare();
  }

  /** Enters as a listener, or in the role one has. Call inside a tap, so that the browser lets us play. */
  enter(id) {
    this.dispatchEvent(new Event("shown"));
    if (this.#id === id && (this.isInside || this.#phase === Phase.CONNECTING)) return;
    if (this.isInside && !may(this.#state, "leave")) {
      toast("You are the host of a live Space. End it before you join another.");
      return;
    }
    if (this.#phase !== Phase.IDLE) this.#quit();
    this.#begin(id);
    this.audio.play();
  }

  /** Comes back after the whole page was loaded anew. */
  static left() {
    return session.get(KEY);
  }

  leave() {
    this.#quit();
    announce("You left the Space.");
    this.#changed();
  }

  /** Out of the way, for what is to be seen behind it. */
  stepAside() {
    this.dispatchEvent(new Event("aside"));
  }

  /** Puts the last words away. */
  close() {
    this.#quit();
    this.#changed();
  }

  end() {
    return this.#do("end");
  }

  /** Shown to everyone for a moment. Resolves with whether it was sent. */
  react(emoji) {
    return this.#do("react", { emoji });
  }

  // --- Asking for the microphone ------------------------------------------------------------------------------------------

  request() {
    return this.#do("request", {}, { requested: true });
  }

  cancelRequest() {
    return this.#do("request.cancel", {}, { requested: false });
  }

  /** Somebody who runs the Space offered a microphone that was neither taken nor put off. */
  get isInvited() {
    return Boolean(this.#state.you?.invited) && !this.#hasPutOff;
  }

  acceptMic() {
    this.#hasPutOff = true;
    return this.#do("mic.accept");
  }

  putOffMic() {
    this.#hasPutOff = true;
    this.#changed();
  }

  stepDown() {
    return this.#do("step_down");
  }

  acceptCohost() {
    return this.#do("cohost.accept");
  }

  declineCohost() {
    return this.#do("cohost.decline");
  }

  /** People one has blocked who hold a microphone here, until one chose to stay. */
  get unwelcome() {
    return blockedOnStage(this.#state).filter(({ id }) => !this.#bearsWith.has(id));
  }

  bearWith(people) {
    for (const { id } of people) this.#bearsWith.add(id);
    this.#changed();
  }

  // --- Running it ---------------------------------------------------------------------------------------------------------

  /** `approve`, `mute.other` and their like. True when the server did it; a refusal is shown. */
  act(type, person) {
    const fields = type === "invite" ? { to_speak: true } : {};
    return this.#do(type, { user_id: person.id, ...fields });
  }

  /** `requests.approve` or `requests.decline`, of all who wait where no ids are named. Resolves with `{count, waiting}`,
   * or with null after a refusal, which is shown. */
  decide(type, ids = null) {
    return this.#try(type, ids ? { user_ids: ids } : {});
  }

  setPolicy(policy) {
    return this.#do("policy.set", { policy });
  }

  setLock(locked) {
    return this.#do("lock.set", { locked });
  }

  setAccountsOnly(isOn) {
    return this.#do("accounts_only.set", { accounts_only: isOn });
  }

  muteAll() {
    return this.#do("mute.all");
  }

  /** One page of people; rejects with `RequestError`. */
  people(fields) {
    return this.#request("people", fields);
  }

  // --- For what others add to the room -----------------------------------------------------------------------------------
  // They listen to "welcome" and to "event", whose detail is an event of docs/protocol.md.

  /** Resolves with the reply's data; rejects with `RequestError`. */
  command(type, fields) {
    return this.#request(type, fields);
  }

  /** Whether one's own words may be captioned. */
  consent(given) {
    return this.#do("captions.consent", { given });
  }

  // --- Inside -------------------------------------------------------------------------------------------------------------

  #begin(id) {
    this.#id = id;
    this.#stay = this.#takeOver(id) ?? this.#newStay(id);
    this.#phase = Phase.CONNECTING;
    session.set(KEY, id);
    this.#stay.enter();
    this.#changed();
  }

  #newStay(id) {
    return new Stay(id, {
      // Not after the reply: the way to the server and back is time before the first sound.
      onJoining: (isBack) => isBack || this.audio.listen(),
      onWelcome: (welcome, isBack) => this.#welcome(welcome, isBack),
      onEvent: (event) => this.#receive(event),
      onDown: () => this.#down(),
      onGone: (parting) => this.#gone(parting),
    });
  }

  #takeOver(id) {
    clearTimeout(this.#pressTimer);
    if (this.#prepared?.id !== id) this.#unprepare();
    const stay = this.#prepared;
    this.#prepared = null;
    return stay;
  }

  #unprepare() {
    clearTimeout(this.#pressTimer);
    this.#prepared?.close();
    this.#prepared = null;
  }

  #welcome(welcome, isBack) {
    if (isNameless(welcome.you) === this.#isPersons) {
      this.#isAnothersPage();
      return;
    }
    this.#phase = Phase.INSIDE;
    this.#setDeaf(false);
    this.#takeSnapshot(welcome);
    if (isBack && !welcome.resumed) this.audio.rebuildAll();
    else this.audio.retry();
    this.dispatchEvent(new Event("welcome"));
    if (!isBack) announce(holdsMic(welcome.you) ? "You are in. Your microphone is off." : "You are listening.");
  }

  /** Logged out or in meanwhile, in another tab: what stands around the room is for somebody else. */
  #isAnothersPage() {
    if (this.#isPersons) this.#gone({ name: "unauthenticated", message: "" });
    else location.reload();
  }

  #receive(event) {
    this.dispatchEvent(new CustomEvent("event", { detail: event }));
    if (event.type === "audio.lost") this.audio.rebuild(event.targets);
    if (event.type === "reactions") this.dispatchEvent(new CustomEvent("reactions", { detail: event }));
    if (event.type === "you.changed" && event.reason === "invited") this.#hasPutOff = false;
    if (event.type === "resync") setTimeout(() => this.#sync(), Math.random() * event.within_ms);
    const before = this.#state;
    const after = reduce(before, event);
    if (after === before) return;
    this.#take(after, { isTruth: event.type === "you.changed" });
    this.herald.tell(newsOf(event, before, after));
    if (after.ended) this.#gone({ name: "ended", message: after.space.end_message ?? "" });
    else if (after.stale) this.#sync();
  }

  /** `isTruth`: it says what we are, so that nothing has to be guessed any more. */
  #take(state, { isTruth = true } = {}) {
    this.#state = state;
    this.#quiet.run(this.isInside && state.talking.length > 0);
    if (isTruth) {
      this.#guesses.forget();
      if (this.isInside) this.microphone.follow(state.you);
    }
    this.#changed();
  }

  /** Says what became of us, too, while no event could. */
  #takeSnapshot(snapshot) {
    const before = this.#state;
    // Offered anew meanwhile: that one was not put off.
    if (snapshot.you.invited && !before.you?.invited) this.#hasPutOff = false;
    this.#take(fromSnapshot(snapshot, before));
    for (const news of newsOfReturn(before, this.#state, snapshot.reason)) this.herald.tell(news);
  }

  async #sync() {
    if (this.#isSyncing || !this.isInside) return;
    this.#isSyncing = true;
    const stay = this.#stay;
    try {
      const snapshot = await stay.request("sync");
      if (stay === this.#stay) this.#takeSnapshot(snapshot);
    } catch {
      // A lost socket brings a snapshot when it is back, a silent one is found by the next ping.
    } finally {
      this.#isSyncing = false;
    }
  }

  #down() {
    if (this.#phase === Phase.INSIDE) {
      this.#phase = Phase.RECONNECTING;
      this.#deafTimer = setTimeout(() => this.#setDeaf(true), DEAF_AFTER);
    }
    this.#changed();
  }

  #setDeaf(isDeaf) {
    clearTimeout(this.#deafTimer);
    this.#isDeaf = isDeaf;
    this.#changed();
  }

  /** Outside for a reason that no retry changes. */
  #gone(parting) {
    const phases = { replaced: Phase.REPLACED, ended: Phase.OVER };
    const state = this.#state;
    const id = this.#id;
    this.#quit();
    if (parting.name !== "left") {
      this.#id = id;
      this.#state = state;
      this.#phase = phases[parting.name] ?? Phase.OUT;
      this.#parting = parting;
    }
    this.#changed();
  }

  #quit() {
    const isLeaving = this.isInside && may(this.#state, "leave") && !this.#state.ended;
    if (isLeaving) this.#stay.leave();
    else this.#stay?.close();
    this.audio.stop();
    this.#guesses.forget();
    this.microphone.reset();
    session.remove(KEY);
    this.#id = this.#stay = this.#parting = null;
    this.#state = blank();
    this.#setDeaf(false);
    this.#quiet.run(false);
    this.#phase = Phase.IDLE;
    this.#hasPutOff = false;
    this.#bearsWith.clear();
  }

  // --- Doing --------------------------------------------------------------------------------------------------------------

  /** Shows `guess` at once, takes it back with a word if the server says no. Resolves with whether it was done. */
  async #do(type, fields = {}, guess = null) {
    if (guess) this.#suppose(guess);
    return (await this.#try(type, fields)) !== null;
  }

  /** The reply's data, or null after a refusal. */
  async #try(type, fields) {
    const stay = this.#stay;
    try {
      return await this.#request(type, fields);
    } catch (error) {
      if (stay !== this.#stay) return null;
      this.#guesses.forget();
      this.#changed();
      toast(error.message, { tone: "bad" });
      return null;
    }
  }

  #suppose(guess) {
    this.#guesses.suppose(guess);
    this.#changed();
  }

  #request(type, fields) {
    return this.#stay?.request(type, fields) ?? Promise.reject(new Error("not in a Space"));
  }

  /** Told once however much happened in this turn. */
  #changed() {
    if (this.#isTold) return;
    this.#isTold = true;
    queueMicrotask(() => {
      this.#isTold = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
