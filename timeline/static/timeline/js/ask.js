// Requests for JSON that do not move to another page. Errors are those of http.js.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { HttpError, freshly } from "../../spaces/js/lib/http.js";
import { viewerHeader } from "../../spaces/js/lib/viewer.js";

const WITHIN = 10_000;
const UNREACHABLE = { code: "unreachable", message: gettext("The server cannot be reached. Check the connection and try again.") };

/** Get JSON. Rejects with `HttpError`. */
export function ask(path) {
  return exchange(path, {}, WITHIN);
}

/** Post a form's data and files, with its hidden CSRF field. Rejects with `HttpError`. */
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
