// What the user chose for the sound of this device: the microphone, the output, and how to talk and listen. It is
// remembered in this browser.

import { local } from "../lib/comforts.js";

const KEY = "spaces:devices";
/** The longest delay that browsers take for the buffer of a receiver, in milliseconds. */
export const STABLE_MS = 500;

const USUAL = { microphone: "", output: "", isStable: false, pushesToTalk: false, hasKeys: true };

/** Return `{microphone, output, isStable, pushesToTalk, hasKeys}`. The first two are ids of devices, or "" for the
 *  system's own choice. */
export function chosenDevices() {
  try {
    return { ...USUAL, ...JSON.parse(local.get(KEY)) };
  } catch {
    return USUAL;
  }
}

export function chooseDevices(changes) {
  local.set(KEY, JSON.stringify({ ...chosenDevices(), ...changes }));
}

/** Resolves with `{microphones, outputs}`, each `[{id, name}]`. Browsers name devices only once the microphone was
 *  allowed, and some never list outputs. */
export async function listDevices() {
  const found = await navigator.mediaDevices?.enumerateDevices?.().catch(() => []);
  const of = (kind) => (found ?? []).filter((device) => device.kind === kind && device.deviceId !== "" && device.label !== "");
  const named = (devices) => devices.filter(({ deviceId }) => deviceId !== "default").map(({ deviceId, label }) => ({ id: deviceId, name: label }));
  return { microphones: named(of("audioinput")), outputs: named(of("audiooutput")) };
}
