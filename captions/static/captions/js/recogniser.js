// Lets the speaker's own browser turn speech into text (Web Speech API), on sites that want it. The server's engine
// does it until this browser has said that it can, and again as soon as it cannot.

import { Phase } from "../../spaces/js/room/room.js";
import { holdsMic } from "../../spaces/js/room/room-state.js";
import { Patience } from "./patience.js";
import { Phrases } from "./phrases.js";

const Engine = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export class Recogniser {
  #room;
  #engine = null;
  #patience = new Patience();
  #phrases = new Phrases();
  #isAnnounced = false;
  #isAnnouncing = false;
  #hasFailed = false;
  #startedAt = 0;
  #error = null;
  #timer = 0;

  constructor(room) {
    this.#room = room;
    if (!Engine) return;
    room.addEventListener("welcome", () => this.#forget());
    room.addEventListener("change", () => this.#follow());
  }

  get #isWanted() {
    const { state, phase } = this.#room;
    const isOpen = phase === Phase.INSIDE && holdsMic(state.you) && !state.you.muted;
    return isOpen && !this.#hasFailed && state.captions?.browser && state.captions.consent === "given";
  }

  /** Start over for a new connection: the server begins with its own engine. */
  #forget() {
    this.#isAnnounced = false;
    this.#hasFailed = false;
    this.#follow();
  }

  #follow() {
    if (!this.#isWanted) this.#stop();
    else if (this.#isAnnounced) this.#start();
    else this.#announce();
  }

  async #announce() {
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    try {
      await this.#room.command("captions.source", { browser: true });
      this.#isAnnounced = true;
    } catch {
      // The server refused or the connection is lost. The server's engine goes on.
      this.#hasFailed = true;
    } finally {
      this.#isAnnouncing = false;
    }
    this.#follow();
  }

  #start() {
    if (this.#engine || this.#timer) return;
    const engine = new Engine();
    Object.assign(engine, { continuous: true, interimResults: true, lang: spoken(this.#room.state.captions.language) });
    engine.addEventListener("speechstart", () => this.#phrases.begin(performance.now()));
    engine.addEventListener("result", (event) => this.#understood(event));
    engine.addEventListener("error", ({ error }) => (this.#error = error));
    engine.addEventListener("end", () => this.#ended(engine));
    this.#engine = engine;
    this.#error = null;
    this.#startedAt = performance.now();
    this.#phrases = new Phrases();
    try {
      engine.start();
    } catch {
      this.#engine = null;
      this.#giveUp();
    }
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const engine = this.#engine;
    this.#engine = null;
    engine?.abort();
  }

  #understood({ results, resultIndex }) {
    this.#patience.understood();
    const news = [...results].slice(resultIndex).map((result) => ({ text: result[0].transcript, isFinal: result.isFinal }));
    for (const message of this.#phrases.take(news, performance.now())) {
      // Show no error for a lost word: it would disturb a person who is talking.
      this.#room.command("captions.text", message).catch(({ code }) => code === "browser_off" && this.#forget());
    }
  }

  #ended(engine) {
    if (engine !== this.#engine) return;
    this.#engine = null;
    const pause = this.#patience.ended(performance.now() - this.#startedAt, this.#error);
    if (pause === null) this.#giveUp();
    else this.#timer = setTimeout(() => this.#again(), pause);
  }

  #again() {
    this.#timer = 0;
    this.#follow();
  }

  #giveUp() {
    this.#hasFailed = true;
    this.#room.command("captions.source", { browser: false }).catch(() => {});
  }
}

/** Return the language to listen for. A browser cannot detect it, so "auto" means the browser's own. */
function spoken(language) {
  return language === "auto" ? navigator.language : language;
}
