// Requests that are not page moves. Errors have the shape of the whole product: `{error: {code, message, details}}`.

import { gettext } from "./i18n.js";
import { renew, viewerHeader } from "./viewer.js";

const WITHIN = 10_000;

export class HttpError extends Error {
  constructor({ code, message, details = {} }) {
    super(message);
    this.name = "HttpError";
    this.code = code;
    this.details = details;
  }
}

const UNREACHABLE = { code: "unreachable", message: gettext("The server cannot be reached. Check the connection and try again.") };
const UNREADABLE = { code: "unreadable", message: gettext("The server gave an invalid answer. Try again.") };

/** Read JSON. Rejects with `HttpError`. */
export async function getJson(path) {
  return bodyOf(await fetched(path, {}));
}

/** Post a form with its hidden CSRF field and the pressed button. Resolves with the answer's JSON; rejects with
 *  `HttpError`. */
export async function postForm(form, submitter = null) {
  const fields = new FormData(form);
  // Safari before 16.4 ignores the second argument silently.
  if (submitter?.name) fields.set(submitter.name, submitter.value);
  const body = new URLSearchParams(fields);
  return freshly(body, async () => bodyOf(await fetched(form.action, { method: "POST", body })));
}

/** Run `send`. If the CSRF token in `data` was out of date, run it once more with a new one, for the same user only. */
export async function freshly(data, send) {
  try {
    return await send();
  } catch (error) {
    if (error.code !== "stale_form" || !(await renew(data).catch(() => false))) throw error;
    return send();
  }
}

async function bodyOf(response) {
  const body = await response.json().catch(() => ({ error: UNREADABLE }));
  if (!response.ok) throw new HttpError(body.error ?? UNREADABLE);
  return body;
}

async function fetched(path, options) {
  try {
    const headers = { Accept: "application/json", ...viewerHeader() };
    return await fetch(path, { ...options, headers, signal: AbortSignal.timeout(WITHIN) });
  } catch {
    throw new HttpError(UNREACHABLE);
  }
}
