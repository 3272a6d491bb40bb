// Features that a browser may lack or refuse: storage, permissions, a wake lock, a media session, channels between
// tabs. The product works without each of them. They are used only here, and their failure never makes anything else
// fail.

/** One of the browser's two stores. If the browser keeps nothing, values last as long as the page. */
class Store {
  #area;
  #kept = new Map();

  /** `area()` returns the browser's store. It is a function because the getter throws where site data is blocked. */
  constructor(area) {
    this.#area = area;
  }

  get(key) {
    return attempt(() => this.#area().getItem(key)) ?? this.#kept.get(key) ?? null;
  }

  set(key, value) {
    this.#kept.set(key, value);
    attempt(() => this.#area().setItem(key, value));
  }

  remove(key) {
    this.#kept.delete(key);
    attempt(() => this.#area().removeItem(key));
  }
}

export const session = new Store(() => sessionStorage);
export const local = new Store(() => localStorage);

/** Resolves with `granted`, `denied` or `prompt`, or with null if the browser does not tell. */
export async function permission(name) {
  return (await permissionStatus(name))?.state ?? null;
}

/** Call `onChange(state)` on every change, until the returned function is called. */
export function watchPermission(name, onChange) {
  let stop = () => (stop = null);
  permissionStatus(name).then((status) => {
    if (!status || stop === null) return;
    const tell = () => onChange(status.state);
    status.addEventListener("change", tell);
    stop = () => status.removeEventListener("change", tell);
  });
  return () => stop?.();
}

async function permissionStatus(name) {
  try {
    return await navigator.permissions.query({ name });
  } catch {
    return null;
  }
}

/** Keep the screen on until the returned function is called. The lock is taken again whenever the page becomes
 *  visible. */
export function keepScreenOn() {
  let lock = null;
  let isWanted = true;
  const ask = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock.request("screen");
      if (!isWanted) lock.release();
    } catch {
      // This browser does not know wake locks, or refuses them to save the battery.
    }
  };
  document.addEventListener("visibilitychange", ask);
  ask();
  return () => {
    isWanted = false;
    document.removeEventListener("visibilitychange", ask);
    lock?.release().catch(() => {});
  };
}

/** Set what the lock screen shows and what headset keys do. `image` is a path of this site, `handlers` have the names of
 *  the Media Session API. */
export function showMedia({ title, artist, image = null, isPlaying, isMicOn = null }, handlers) {
  const { mediaSession } = navigator;
  if (!mediaSession) return;
  const artwork = image ? [{ src: new URL(image, location).href }] : [];
  attempt(() => (mediaSession.metadata = new MediaMetadata({ title, artist, album: "Spaces", artwork })));
  attempt(() => (mediaSession.playbackState = isPlaying ? "playing" : "paused"));
  if (isMicOn !== null) attempt(() => mediaSession.setMicrophoneActive?.(isMicOn)?.catch?.(() => {}));
  setHandlers(mediaSession, handlers);
}

/** Tell the lock screen how far a sound is: `{duration, position, playbackRate}`, in seconds. */
export function showPosition(state) {
  // The browser throws for a sound without length.
  attempt(() => navigator.mediaSession?.setPositionState?.(state));
}

export function clearMedia(names) {
  const { mediaSession } = navigator;
  if (!mediaSession) return;
  attempt(() => (mediaSession.metadata = null));
  attempt(() => (mediaSession.playbackState = "none"));
  setHandlers(mediaSession, Object.fromEntries(names.map((name) => [name, null])));
}

function setHandlers(mediaSession, handlers) {
  // The browser throws for an action that it does not know.
  for (const [name, handler] of Object.entries(handlers)) attempt(() => mediaSession.setActionHandler(name, handler));
}

/** Return a channel to the other tabs of this site: `{post(message), onMessage}`. Without support it does nothing. */
export function tabs(name) {
  const channel = attempt(() => new BroadcastChannel(name));
  return {
    post: (message) => attempt(() => channel?.postMessage(message)),
    set onMessage(handle) {
      if (channel) channel.onmessage = ({ data }) => handle(data);
    },
  };
}

function attempt(run) {
  try {
    return run();
  } catch {
    return undefined;
  }
}
