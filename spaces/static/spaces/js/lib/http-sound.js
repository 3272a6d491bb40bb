// Sound by HTTP Live Streaming. hls.js plays it where the browser has Media Source Extensions, the browser itself where it
// has none: Chromium says "maybe" to both, and its own player cannot seek in a playlist that grows.

import { giveBack, takeElement } from "./allowed-audio.js";
import { wait } from "./backoff.js";

/** What hls.js does for each kind of playlist. Its worker would come from a `blob:`, which our policy forbids. */
const COMMON = { enableWorker: false, backBufferLength: 60 };
const KINDS = {
  /** A recording that goes on: from its first second. */
  grows: { startPosition: 0, maxBufferLength: 20 },
  /** The live audience: three seconds behind the newest segment, and a little faster after a pause of the network. */
  live: { liveSyncDuration: 3, liveMaxLatencyDuration: 10, maxLiveSyncPlaybackRate: 1.08, maxBufferLength: 10 },
};
/** A playlist that grows is asked for again this late while its end is far away. */
const FAR_WAIT = 15_000;
const FAR = 45;
const PLAYS_WITHIN = 12_000;

let library = null;

/** Return the class of hls.js, or null if this browser or this site has none. */
function hlsClass() {
  library ??= load();
  return library;
}

async function load() {
  const address = document.getElementById("room")?.dataset.hls;
  if (!address) return null;
  try {
    const { default: Hls } = await import(address);
    return Hls.isSupported() ? Hls : null;
  } catch {
    library = null; // the network failed: the next one tries again
    return null;
  }
}

/** One stream. Events: "time" while it plays, "change" when it plays or pauses, "trouble" when something of it could not
 *  be loaded, "lost" when it will not come back. */
export class HttpSound extends EventTarget {
  #hls = null;
  #isClosed = false;
  #isSpared = false;
  /** Ends what listens at the element, which others use afterwards. */
  #end = new AbortController();

  constructor() {
    super();
    this.element = takeElement();
    this.element.preload = "auto";
    for (const type of ["timeupdate", "seeked"]) this.#on(type, () => this.#tell("time"));
    for (const type of ["playing", "pause", "ended"]) this.#on(type, () => this.#tell("change"));
  }

  /** Load a playlist of a kind, "grows" or "live". Resolves when it can play; rejects if it cannot. */
  async open(url, kind) {
    const Hls = await hlsClass();
    if (this.#isClosed) throw new Error("closed");
    const ready = this.#ready();
    if (Hls) this.#attach(Hls, url, kind);
    else this.element.src = url;
    this.#on("error", () => !this.#hls && this.#lose());
    await ready;
  }

  /** Call this inside a tap where the browser asks for one. */
  play() {
    return this.element.play();
  }

  pause() {
    this.element.pause();
  }

  get isPlaying() {
    return !this.element.paused && !this.element.ended;
  }

  /** Seconds from the start of the sound. */
  get now() {
    return this.element.currentTime;
  }

  /** Seconds of the sound that are there. */
  get end() {
    const { seekable } = this.element;
    return seekable.length ? seekable.end(seekable.length - 1) : 0;
  }

  seek(seconds) {
    this.element.currentTime = Math.min(Math.max(seconds, 0), Math.max(this.end - 1, 0));
  }

  /** The time of day, in milliseconds since the epoch, at which was said what is heard now. Null if it is not known. */
  get date() {
    const start = this.element.getStartDate?.().getTime();
    if (!this.#hls) return Number.isFinite(start) ? start + this.now * 1000 : null;
    return this.#hls.playingDate?.getTime() ?? null;
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end.abort();
    this.#hls?.destroy();
    this.#hls = null;
    giveBack(this.element);
  }

  #on(type, run) {
    this.element.addEventListener(type, run, { signal: this.#end.signal });
  }

  #attach(Hls, url, kind) {
    const own = kind === "grows" ? { pLoader: tailLoader(() => this.end - this.now > FAR) } : {};
    this.#hls = new Hls({ ...COMMON, ...KINDS[kind], ...own });
    this.#hls.on(Hls.Events.ERROR, (_, error) => {
      if (error.type === Hls.ErrorTypes.NETWORK_ERROR) this.#tell("trouble");
      if (error.fatal) this.#failed(Hls, error);
    });
    this.#hls.loadSource(url);
    this.#hls.attachMedia(this.element);
  }

  /** A decoder may fail once. A playlist that is gone stays gone: the server has withdrawn it. */
  #failed(Hls, { type, response }) {
    if (type === Hls.ErrorTypes.MEDIA_ERROR && !this.#isSpared) {
      this.#isSpared = true;
      this.#hls.recoverMediaError();
    } else this.#lose(response?.code);
  }

  #ready() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the sound did not come in time")), PLAYS_WITHIN);
      this.addEventListener("lost", () => reject(new Error("the sound cannot be had")), { once: true });
      this.addEventListener("lost", () => clearTimeout(timer), { once: true });
      this.#on("canplay", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #lose(status = 0) {
    if (!this.#isClosed) this.dispatchEvent(new CustomEvent("lost", { detail: { status } }));
  }

  #tell(type) {
    if (!this.#isClosed) this.dispatchEvent(new Event(type));
  }
}

/**
 * Return a loader class for a playlist that only grows. It fetches what is new: the whole list of six hours has 1.4 MB,
 * and hls.js asks for it every two seconds. `isFar()`: whether the end of the list is not needed soon.
 */
export function tailLoader(isFar) {
  let known = "";
  return class {
    #stop = new AbortController();
    context = null;
    stats = stats();

    async load(context, _, callbacks) {
      this.context = context;
      this.stats.loading.start = performance.now();
      try {
        if (known !== "" && isFar()) await wait(FAR_WAIT);
        if (this.#stop.signal.aborted) return;
        const status = await this.#fetch(context.url);
        if (this.#stop.signal.aborted) return;
        this.stats.loading.first = this.stats.loading.end = performance.now();
        this.stats.loaded = this.stats.total = known.length;
        if (status < 300 || status === 416) callbacks.onSuccess({ url: context.url, data: known, code: 200 }, this.stats, context, null);
        else callbacks.onError({ code: status, text: "" }, context, null, this.stats);
      } catch (error) {
        if (!this.#stop.signal.aborted) callbacks.onError({ code: 0, text: error.message }, context, null, this.stats);
      }
    }

    /** Take over what is new, up to the last whole line, and return the status. */
    async #fetch(url) {
      const headers = known === "" ? {} : { Range: `bytes=${known.length}-` };
      const response = await fetch(url, { headers, signal: this.#stop.signal });
      if (response.status !== 200 && response.status !== 206) return response.status;
      const text = await response.text();
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      known = response.status === 206 ? known + whole : whole;
      return response.status;
    }

    abort() {
      this.stats.aborted = true;
      this.#stop.abort();
    }

    destroy() {
      this.abort();
    }

    getCacheAge() {
      return null;
    }

    getResponseHeader() {
      return null;
    }
  };
}

function stats() {
  const times = () => ({ start: 0, first: 0, end: 0 });
  return { aborted: false, loaded: 0, retry: 0, total: 0, chunkCount: 0, bwEstimate: 0, loading: times(), parsing: times(), buffering: times() };
}
