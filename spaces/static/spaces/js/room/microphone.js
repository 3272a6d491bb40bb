// The microphone of this device, and the advice when it cannot be used.

import { gettext } from "../lib/i18n.js";
import { local } from "../lib/comforts.js";
import { chosenDevices } from "./devices.js";

const KEY = "spaces:microphone";
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

const FAULTS = {
  NotAllowedError: {
    code: "denied",
    message: gettext("The browser does not let this page use the microphone."),
    advice: gettext("Open the site settings beside the address, allow the microphone, then unmute again."),
  },
  NotFoundError: {
    code: "missing",
    message: gettext("No microphone was found."),
    advice: gettext("Plug one in or choose one in the system settings, then unmute again."),
  },
  NotReadableError: {
    code: "busy",
    message: gettext("The microphone cannot be used right now."),
    advice: gettext("Another program may hold it. Close that program, then unmute again."),
  },
  Insecure: {
    code: "insecure",
    message: gettext("The microphone only works on a secure page."),
    advice: gettext("Open this site with https:// in front of its address."),
  },
};
const OTHER = { code: "failed", message: gettext("The microphone could not be opened."), advice: gettext("Check it in the system settings, then try again.") };

/** Return why an open microphone has stopped, judging by the browser's permission. */
const STOPPED = {
  denied: {
    message: gettext("The browser took the microphone back."),
    advice: gettext("Nobody hears you. Allow the microphone beside the address, then unmute again."),
  },
  granted: {
    message: gettext("Your microphone was unplugged, or another program took it."),
    advice: gettext("Nobody hears you. Plug one in or close that program, then unmute again."),
  },
};
const STOPPED_SOMEHOW = {
  message: gettext("Your microphone stopped."),
  advice: gettext("Nobody hears you. It was unplugged, or the browser took the permission back. Unmute to ask for it again."),
};

export function whyStopped(permission) {
  return STOPPED[permission] ?? STOPPED_SOMEHOW;
}

/** The person stopped waiting for the browser. This is not a failure. */
export class Canceled extends Error {}

export class MicrophoneError extends Error {
  constructor({ code, message, advice }) {
    super(message);
    this.name = "MicrophoneError";
    this.code = code;
    this.advice = advice;
  }
}

/** Ask for the microphone. Resolves with its track; rejects with `MicrophoneError`, or with `Canceled` once `signal` is
 *  aborted, because the browser's own promise never settles while its prompt is unanswered. */
export function openMicrophone(signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Canceled()), { once: true });
    ask().then((track) => (signal.aborted ? track.stop() : resolve(track)), reject);
  });
}

async function ask() {
  if (!navigator.mediaDevices) throw new MicrophoneError(FAULTS.Insecure);
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...processing(), ...device() } });
    return stream.getAudioTracks()[0];
  } catch (error) {
    throw new MicrophoneError(FAULTS[error.name] ?? OTHER);
  }
}

/** The microphone that the user chose, if it is there. */
function device() {
  const { microphone } = chosenDevices();
  return microphone ? { deviceId: { ideal: microphone } } : {};
}

// "Original sound" sends music and instruments unprocessed. The browser stores the constraints themselves, so that each
// of the three can be switched alone.

export function isOriginalSound() {
  return !Object.values(processing()).some(Boolean);
}

export function chooseOriginalSound(original) {
  local.set(KEY, JSON.stringify(original ? RAW : VOICE));
}

/** Apply the constraints to a microphone that is already open, if the browser can do that. */
export function applyProcessing(track) {
  return track.applyConstraints(processing());
}

export function processing(stored = read()) {
  return Object.fromEntries(
    Object.entries(VOICE).map(([name, usual]) => [name, typeof stored?.[name] === "boolean" ? stored[name] : usual]),
  );
}

function read() {
  try {
    return JSON.parse(local.get(KEY));
  } catch {
    return null;
  }
}
