// The Space this page is in: its socket, its audio, its state, and the user's actions. It draws nothing; the modules
// that draw it listen to its "change".

import { gettext } from "../lib/i18n.js";
import { RoomAudio } from "./audio.js";
import { wait } from "../lib/backoff.js";
import { session } from "../lib/comforts.js";
import { Guesses } from "./optimistic-state.js";
import { Herald } from "./announcer.js";
import { InStep } from "./in-step.js";
import { OwnMicrophone } from "./own-microphone.js";
import { Quiet } from "./quiet.js";
import { newsOf, newsOfReturn } from "./room-news.js";
import { blank, blockedOnStage, fromSnapshot, holdsMic, isNameless, may, reduce } from "./room-state.js";
import { Stay } from "./space-connection.js";
import { announce, toast } from "../lib/toast.js";

export const Phase = Object.freeze({
  IDLE: "idle",
  CONNECTING: "connecting",
  INSIDE: "inside",
  RECONNECTING: "reconnecting",
  REPLACED: "replaced",
  OVER: "over",
  OUT: "out",
});

/** The code of the refusal of a user who has not agreed to be recorded. */
const NOT_AGREED = "recording_not_agreed";
const KEY = "spaces:room";
/** The longest time that voices are shown as talking after the connection is lost. */
const DEAF_AFTER = 1_500;
/** The longest wait for an event that follows a reply. */
const SOON = 2_000;
const LOOK_EVERY = 20;
/** A press must become a tap within this time. */
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
  /** Whether the connection has been lost for so long that its talking events are out of date. */
  #isDeaf = false;
  #deafTimer = 0;
  #inStep = new InStep((event) => this.#apply(event));
  #wasOverHttp = false;
  /** Whether the user got a place at the gateway only because they asked for a microphone. */
  #isFavoured = false;
  /** The ids of those who talk in what the user hears from the past, or null. */
  #past = null;
  /** Ids of blocked people with whom the user has chosen to stay. */
  #bearsWith = new Set();

  /** Ask the user to agree to be recorded: `(text) => Promise<boolean>`. Set by the module that shows the question. */
  askAgreement = async () => false;

  herald = new Herald(() => this.dispatchEvent(new Event("queue")));

  /** `isPersons`: whether the page's user is logged in. */
  constructor(audioElement, { isPersons = true } = {}) {
    super();
    this.#isPersons = isPersons;
    this.audio = new RoomAudio(audioElement, {
      signal: (type, fields) => this.#request(type, fields),
      onChange: () => this.#audioChanged(),
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

  /** The server's state, with the guesses of what comes next, corrected by the own device. */
  get state() {
    return this.#heard(this.microphone.truthOf(this.#guesses.applyTo(this.#state)));
  }

  /** Whether the user hears the Space from its beginning, and not what is said now. */
  get isBehind() {
    return this.#past !== null;
  }

  /** Show these people as talking, because the user hears them, and not those who talk now. Null: back to now. */
  hearPast(talking) {
    const isSame = talking?.join() === this.#past?.join();
    this.#past = talking;
    if (!isSame) this.#changed();
  }

  /** Show no one as talking while nothing is heard. The user's own voice is not in the mix. */
  #heard(state) {
    if (this.#past !== null) return { ...state, talking: this.#past };
    if (!this.#isDeaf && !this.#quiet.isQuiet) return state;
    const talking = this.#isDeaf ? [] : state.talking.filter((id) => id === state.you?.id);
    return { ...state, talking };
  }

  /** Why the room ended: `{name, message}`. */
  get parting() {
    return this.#parting;
  }

  // --- Coming and going ---------------------------------------------------------------------------------------------------

  /** Prepare for a tap while the finger is still on the bubble: do what takes time and has no effect for others. */
  prepare(id) {
    if (this.#id === id || this.#prepared?.id === id) return;
    this.#unprepare();
    this.#prepared = this.#newStay(id);
    this.#pressTimer = setTimeout(() => this.#unprepare(), PRESS);
    this.#prepared.prepare();
    this.audio.prepare();
  }

  /** Enter as a listener, or in the role that the user has. Call this inside a tap, so that the browser allows
   *  audio. */
  enter(id) {
    this.dispatchEvent(new Event("shown"));
    if (this.#id === id && (this.isInside || this.#phase === Phase.CONNECTING)) return;
    if (this.isInside && !may(this.#state, "leave")) {
      toast(gettext("You are the host of a live Space. End it before you join another."));
      return;
    }
    if (this.#phase !== Phase.IDLE) this.#quit();
    this.#begin(id);
    this.audio.play();
  }

  /** Return to the Space after a reload of the whole page. */
  static left() {
    return session.get(KEY);
  }

  leave() {
    this.#quit();
    announce(gettext("You left the Space."));
    this.#changed();
  }

  /** Minimise the room, so that the page behind it is visible. */
  stepAside() {
    this.dispatchEvent(new Event("aside"));
  }

  /** Dismiss the last words. */
  close() {
    this.#quit();
    this.#changed();
  }

  end() {
    return this.#do("end");
  }

  /** Make a co-host the host, and leave. The Space goes on. */
  async handOverAndLeave(person) {
    if (!(await this.act("host.hand_over", person))) return;
    await this.#until(() => may(this.#state, "leave"));
    this.leave();
  }

  rename(title) {
    return this.#do("rename", { title });
  }

  /** Send a reaction, which everyone sees for a moment. Resolves with whether it was sent. */
  react(emoji) {
    return this.#do("react", { emoji });
  }

  // --- Asking for the microphone ------------------------------------------------------------------------------------------

  async request() {
    const isDone = await this.#do("request", {}, { requested: true });
    // A listener who waits for a microphone hears without delay, even if the gateway has no room for others.
    if (isDone && this.audio.isOverHttp) {
      this.#isFavoured = true;
      this.audio.retry();
    }
    return isDone;
  }

  /** Give the place at the gateway back if the wait for a microphone was in vain. */
  #followFavour(you) {
    if (!this.#isFavoured || you.requested || you.invited) return;
    this.#isFavoured = false;
    if (!holdsMic(you)) this.audio.makeRoom();
  }

  cancelRequest() {
    return this.#do("request.cancel", {}, { requested: false });
  }

  /** Whether a host or co-host has offered a microphone that the user has neither taken nor declined. */
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

  /** The blocked people who have a microphone here, until the user chooses to stay. */
  get unwelcome() {
    return blockedOnStage(this.#state).filter(({ id }) => !this.#bearsWith.has(id));
  }

  bearWith(people) {
    for (const { id } of people) this.#bearsWith.add(id);
    this.#changed();
  }

  // --- Running it ---------------------------------------------------------------------------------------------------------

  /** Send a command about a person, such as `mute.other`. Resolves with whether it was done, and shows a refusal. */
  act(type, person) {
    const fields = type === "invite" ? { to_speak: true } : {};
    return this.#do(type, { user_id: person.id, ...fields });
  }

  /** Send `requests.approve` or `requests.decline`, for all requests if there are no ids.
   *  Resolves with `{count, waiting}`, or with null after a refusal, which is shown. */
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

  startRecording() {
    return this.#do("recording.start");
  }

  stopRecording() {
    return this.#do("recording.stop");
  }

  showRecording(visible) {
    return this.#do("recording.show", { visible });
  }

  muteAll() {
    return this.#do("mute.all");
  }

  /** Get one page of people. Rejects with `RequestError`. */
  people(fields) {
    return this.#request("people", fields);
  }

  // --- For what others add to the room -----------------------------------------------------------------------------------
  // Other modules listen to "welcome" and to "event", whose detail is an event of docs/protocol.md.

  /** Resolves with the reply's data; rejects with `RequestError`. */
  command(type, fields) {
    return this.#request(type, fields);
  }

  /** Set whether the user's own words may be captioned. */
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
      // Do not wait for the reply: a round trip would delay the first sound.
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
    if (!isBack) announce(greeting(welcome));
  }

  /** The account changed in another tab, so the page is no longer the user's: end a member's room, reload a
   *  visitor's page. */
  #isAnothersPage() {
    if (this.#isPersons) this.#gone({ name: "unauthenticated", message: "" });
    else location.reload();
  }

  #receive(event) {
    this.#inStep.take(event, { date: this.audio.date, startedAt: this.#state.space?.started_at });
  }

  /** Follow the audio: once it is no longer late, nothing waits for it. */
  #audioChanged() {
    const { isOverHttp } = this.audio;
    if (isOverHttp && !this.#wasOverHttp) announce(gettext("You hear this Space a few seconds late."));
    if (!isOverHttp) this.#inStep.release();
    this.#wasOverHttp = isOverHttp;
    this.#changed();
  }

  #apply(event) {
    this.dispatchEvent(new CustomEvent("event", { detail: event }));
    if (event.type === "audio.lost") this.audio.rebuild(event.targets);
    if (event.type === "reactions" && !this.isBehind) this.dispatchEvent(new CustomEvent("reactions", { detail: event }));
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

  /** `isTruth`: whether the state is the server's own, so that guesses are dropped. */
  #take(state, { isTruth = true } = {}) {
    this.#state = state;
    this.#quiet.run(this.isInside && state.talking.length > 0);
    if (isTruth) {
      this.#guesses.forget();
      if (this.isInside) this.microphone.follow(state.you);
      if (this.isInside && state.you) this.#followFavour(state.you);
    }
    this.#changed();
  }

  /** Take over a snapshot, and announce the changes whose events were missed. */
  #takeSnapshot(snapshot) {
    const before = this.#state;
    // A new offer came meanwhile, which the user has not declined.
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
      // Ignore the failure: a lost socket brings a snapshot when it is back, and the next ping detects a silent one.
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

  /** End the room for a reason that a retry cannot change. */
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
    this.#inStep.forget();
    this.#isFavoured = false;
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

  /** Show `guess` at once; if the server refuses, undo it and show why. Resolves with whether it was done. */
  async #do(type, fields = {}, guess = null) {
    if (guess) this.#suppose(guess);
    return (await this.#try(type, fields)) !== null;
  }

  /** Send a command. Resolves with the reply's data, or with null after a refusal. */
  async #try(type, fields) {
    const stay = this.#stay;
    try {
      return await this.#request(type, fields);
    } catch (error) {
      if (stay !== this.#stay) return null;
      this.#guesses.forget();
      this.#changed();
      if (error.code === NOT_AGREED) return this.#tryAfterAgreement(type, fields, error);
      toast(error.message, { tone: "bad" });
      return null;
    }
  }

  /** Ask for the agreement that the server misses, then send the command again. */
  async #tryAfterAgreement(type, fields, { message, details }) {
    if (!(await this.askAgreement(message))) return null;
    const isStored = await this.#do("recording.agree", { version: details.version });
    return isStored ? this.#try(type, fields) : null;
  }

  #suppose(guess) {
    this.#guesses.suppose(guess);
    this.#changed();
  }

  #request(type, fields) {
    return this.#stay?.request(type, fields) ?? Promise.reject(new Error("not in a Space"));
  }

  /** Resolves when `isTrue()`, or after a short while in any case. */
  async #until(isTrue) {
    const deadline = performance.now() + SOON;
    while (!isTrue() && performance.now() < deadline) await wait(LOOK_EVERY);
  }

  /** Dispatch "change" once per turn, however many changes there were. */
  #changed() {
    if (this.#isTold) return;
    this.#isTold = true;
    queueMicrotask(() => {
      this.#isTold = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}

function greeting({ you, space }) {
  const place = holdsMic(you) ? gettext("You are in. Your microphone is off.") : gettext("You are listening.");
  return space.recording ? `${place} ${gettext("This Space is being recorded.")}` : place;
}
