// One stay in one Space: a socket that joins whenever it opens. It remembers its connection id, so that the server
// finds its audio again.

import { gettext } from "../lib/i18n.js";
import { backoff, wait } from "../lib/backoff.js";
import { RequestError, Socket } from "../lib/socket.js";

const LEAVE_WITHIN = 2_000;
const MAY_PASS = new Set(["no_reply", "try_again", "gateway_away", "too_many"]);
const CONNECTION_TROUBLE = new Set(["offline", "connection_lost"]);
const OVER = { code: "left", message: gettext("You are no longer in this Space.") };

/**
 * Handlers, none of them called after `leave` or `close`:
 *   onJoining(isBack)          `join` is on its way; whatever is sent now arrives right behind it
 *   onWelcome(welcome, isBack)
 *   onEvent(event)
 *   onDown()                   the connection is lost and comes back by itself
 *   onGone({name, message})    it does not come back by itself
 */
export class Stay {
  #handlers;
  #socket;
  #connection = null;
  #isWanted = false;
  #isOver = false;

  constructor(id, handlers) {
    this.id = id;
    this.#handlers = handlers;
    this.#socket = new Socket(`/ws/spaces/${id}`, {
      onOpen: () => this.#isWanted && this.#join(),
      onEvent: (event) => this.#isWanted && handlers.onEvent(event),
      onDown: () => this.#isWanted && handlers.onDown(),
      onGone: (parting) => this.#gone(parting),
    });
  }

  /** Connect without joining. */
  prepare() {
    this.#socket.open();
  }

  enter() {
    this.#isWanted = true;
    if (this.#socket.isOpen) this.#join();
    else this.#socket.open();
  }

  /** Resolves with the reply's data; rejects with `RequestError`. */
  request(type, fields = {}) {
    return this.#isOver ? Promise.reject(new RequestError(OVER)) : this.#socket.request(type, fields);
  }

  /** Leave the Space and close. */
  async leave() {
    this.#isOver = true;
    this.#isWanted = false;
    const said = this.#socket.request("leave").catch(() => {});
    await Promise.race([said, wait(LEAVE_WITHIN)]);
    this.#socket.close();
  }

  close() {
    this.#isOver = true;
    this.#isWanted = false;
    this.#socket.close();
  }

  async #join(attempt = 0) {
    const resume = this.#connection;
    const joined = this.#socket.request("join", resume ? { resume } : {});
    this.#handlers.onJoining(resume !== null);
    try {
      this.#welcome(await joined, resume !== null);
    } catch (error) {
      if (this.#isWanted) await this.#refused(error, attempt);
    }
  }

  #welcome(welcome, isBack) {
    if (!this.#isWanted) return;
    this.#connection = welcome.connection;
    this.#handlers.onWelcome(welcome, isBack);
  }

  async #refused(error, attempt) {
    // Ignore the failure: the socket tries again by itself.
    if (CONNECTION_TROUBLE.has(error.code)) return;
    if (!MAY_PASS.has(error.code)) {
      this.#gone({ name: error.code, message: error.message });
      return;
    }
    await wait(error.secondsToWait * 1000 + backoff(attempt));
    if (this.#isWanted && this.#socket.isOpen) await this.#join(attempt + 1);
  }

  #gone(parting) {
    const isTold = this.#isWanted;
    this.close();
    if (isTold) this.#handlers.onGone(parting);
  }
}
