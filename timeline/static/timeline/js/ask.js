// JSON to and from the server, beside page moves. Errors have the shape of every door, as in http.js.

import { HttpError, freshly } from "../../spaces/js/http.js";
import { viewerHeader } from "../../spaces/js/viewer.js";

const WITHIN = 10_000;
const UNREACHABLE = { code: "unreachable", message: "The server cannot be reached. Check the connection and try again." };

/** Reads; rejects with `HttpError`. */
export function ask(path) {
  return exchange(path, {}, WITHIN);
}

/** Posts a form's data, files too (its hidden CSRF field goes with it); rejects with `HttpError`. */
export function send(path, data, { within = WITHIN } = {}) {
  return freshly(data, () => exchange(path, { method: "POST", body: data }, within));
}

async function exchange(path, options, within) {
  const body = await answer(path, options, within);
  if (body.error) throw new HttpError(body.error);
  return body;
}

async function answer(path, options, within) {
  try {
    const headers = { Accept: "application/json", ...viewerHeader() };
    const response = await fetch(path, { ...options, headers, signal: AbortSignal.timeout(within) });
    return await response.json();
  } catch {
    return { error: UNREACHABLE };
  }
}
