// Lists of posts on the page that is shown.

import { HttpError } from "../../spaces/js/lib/http.js";
import { send } from "./ask.js";

/** Insert a new post where the page would show it, and count a reply on the post that it answers. */
export function addPost({ id, replyTo }) {
  if (replyTo) {
    countReply(replyTo);
    const isHere = document.querySelector(`[data-post-page][data-post="${replyTo}"]`);
    if (isHere) fetchInto(document.querySelector('[data-posts="replies"]'), id, "beforeend");
    return;
  }
  fetchInto(document.querySelector('[data-posts="home"]'), id, "afterbegin");
}

/** Load the list again from its top. */
export function reload(list, path) {
  return window.htmx.ajax("GET", path, { target: list, swap: "innerHTML", select: "unset" });
}

/** Return the id of the list's newest line as text, or `0` for an empty list. */
export function newestIn(list) {
  const ids = [...list.querySelectorAll("[data-post-line]")].map(({ dataset }) => Number(dataset.postLine));
  return String(Math.max(0, ...ids));
}

export function removePost(id) {
  for (const post of document.querySelectorAll(`[data-post="${id}"]`)) post.closest("[data-post-line]")?.remove();
}

function fetchInto(list, id, swap) {
  if (!list) return;
  document.querySelector("[data-no-posts]")?.remove();
  window.htmx.ajax("GET", `/i/posts/${id}`, { target: list, swap, select: "unset" });
}

function countReply(id) {
  for (const count of document.querySelectorAll(`[data-post="${id}"] [data-count="reply"]`)) {
    if (/^\d*$/.test(count.textContent)) count.textContent = String(Number(count.textContent) + 1);
  }
}

/** Post `form` with the last line that was shown. If that fails, the next one makes up for it. */
export async function tellShown(form, upTo) {
  if (!form) return;
  form.elements.up_to.value = upTo;
  try {
    await send(form.action, new FormData(form));
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
  }
}
