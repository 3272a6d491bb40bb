// Requests that are not page moves. An error has the shape of every door: `{error: {code, message, details}}`.

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

const UNREACHABLE = { code: "unreachable", message: "The server cannot be reached. Check the connection and try again." };
const UNREADABLE = { code: "unreadable", message: "The server gave an invalid answer. Try again." };

/** Reads JSON; rejects with `HttpError`. */
export async function getJson(path) {
  return bodyOf(await fetched(path, {}));
}

/** Posts a form (its hidden CSRF field goes with it, and the button that was pressed) and resolves with the answer's JSON;
 *  rejects with `HttpError`. */
export async function postForm(form, submitter = null) {
  const fields = new FormData(form);
  // Safari before 16.4 takes no second argument, and says nothing.
  if (submitter?.name) fields.set(submitter.name, submitter.value);
  const body = new URLSearchParams(fields);
  return freshly(body, async () => bodyOf(await fetched(form.action, { method: "POST", body })));
}

/** Runs `send`; where the token in `data` was of yesterday, with today's once more, for the same person only. */
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
