// A WebSocket that reconnects by itself. A request carries an id and is answered once, refused, or times out.

import { gettext } from "./i18n.js";
import { backoff } from "./backoff.js";
import { learnTime } from "./clock.js";
import { Return, closeOf } from "../room/closes.js";

const REPLY_WITHIN = 8_000;
/** Offline attempts ask again after ever longer pauses; a new attempt asks at once. */
const OPEN_WITHIN = 6_000;

export class RequestError extends Error {
  constructor({ code, message, details = {} }) {
    super(message);
    this.name = "RequestError";
    this.code = code;
    this.details = details;
  }

  /** How many seconds the server asks to wait before the next attempt. */
  get secondsToWait() {
    return this.details.retry_after ?? 0;
  }
}

const OFFLINE = { code: "offline", message: gettext("You are not connected.") };
const LOST = { code: "connection_lost", message: gettext("The connection was lost. Try again in a moment.") };
const NO_REPLY = { code: "no_reply", message: gettext("The server did not answer in time.") };

/**
 * Handlers, all optional:
 *   onOpen()              the socket is up, for the first time or again
 *   onEvent(event)        anything that answers nothing
 *   onDown({retryIn})     the connection is lost and will be tried again
 *   onGone({name, message})  the server closed it for a reason that no retry changes
 */
export class Socket {
  #path;
  #handlers;
  #pingEvery;
  #socket = null;
  #waiting = new Map();
  #nextId = 1;
  #attempt = 0;
  #retryTimer = 0;
  #pingTimer = 0;
  #openTimer = 0;
  #wanted = false;
  #farewell = "";
  #onOnline = () => this.#retryNow();

  constructor(path, handlers, { pingEvery = 10_000 } = {}) {
    this.#path = path;
    this.#handlers = handlers;
    this.#pingEvery = pingEvery;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    if (this.#wanted) return;
    this.#wanted = true;
    addEventListener("online", this.#onOnline);
    this.#connect();
  }

  /** Drop the present connection, which may be dead silently, and connect at once. */
  renew() {
    if (!this.#wanted) return;
    clearTimeout(this.#retryTimer);
    this.#drop();
    this.#connect();
  }

  /** Close for good. No handler is called afterwards. */
  close() {
    this.#wanted = false;
    removeEventListener("online", this.#onOnline);
    clearTimeout(this.#retryTimer);
    this.#drop();
  }

  /** Resolves with the reply's `data`; rejects with `RequestError`. */
  request(type, fields = {}, { within = REPLY_WITHIN } = {}) {
    if (!this.isOpen) return Promise.reject(new RequestError(OFFLINE));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, { error: NO_REPLY }), within);
      this.#waiting.set(id, { resolve, reject, timer, since: performance.now() });
      this.#socket.send(JSON.stringify({ type, id, ...fields }));
    });
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.#path}`);
    this.#socket = socket;
    this.#farewell = "";
    this.#openTimer = setTimeout(() => this.#lose(), OPEN_WITHIN);
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #opened() {
    clearTimeout(this.#openTimer);
    this.#pingTimer = setInterval(() => this.#ping(), this.#pingEvery);
    this.#handlers.onOpen?.();
  }

  async #ping() {
    const socket = this.#socket;
    try {
      const numbers = await this.request("ping");
      this.#handlers.onEvent?.({ type: "pong", ...numbers });
    } catch (error) {
      // The connection is half-open: the other side is gone and sent no close.
      if (error.code === NO_REPLY.code && socket === this.#socket) this.#lose();
    }
  }

  #receive(message) {
    if ("re" in message) {
      this.#attempt = 0;
      this.#settle(message.re, message);
      return;
    }
    if (message.now) learnTime(message.now);
    if (message.type === "bye") this.#farewell = message.message;
    this.#handlers.onEvent?.(message);
  }

  #settle(id, { data, error }) {
    const waiter = this.#waiting.get(id);
    if (!waiter) return;
    this.#waiting.delete(id);
    clearTimeout(waiter.timer);
    if (data?.now) learnTime(data.now, performance.now() - waiter.since);
    if (error) waiter.reject(new RequestError(error));
    else waiter.resolve(data);
  }

  #closed(code) {
    const close = closeOf(code);
    const message = this.#farewell && (close.words?.() ?? this.#farewell);
    this.#drop();
    if (!this.#wanted) return;
    if (close.comeBack === Return.YES) {
      this.#retry(close.atLeast);
      return;
    }
    this.close();
    this.#handlers.onGone?.({ name: close.name, message });
  }

  /** Drop the present connection without waiting for its closing handshake. */
  #lose() {
    this.#drop();
    if (this.#wanted) this.#retry(0);
  }

  #drop() {
    clearInterval(this.#pingTimer);
    clearTimeout(this.#openTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { error: LOST });
  }

  #retry(atLeast) {
    const retryIn = Math.max(atLeast, backoff(this.#attempt++));
    this.#retryTimer = setTimeout(() => this.#connect(), retryIn);
    this.#handlers.onDown?.({ retryIn });
  }

  #retryNow() {
    if (this.#socket === null) this.#connect();
  }
}
