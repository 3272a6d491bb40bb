// Like, repost, delete and copy. The screen changes at once, and back with a message if the server refuses.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { setText } from "../../spaces/js/lib/dom.js";
import { HttpError, postForm } from "../../spaces/js/lib/http.js";
import { toast } from "../../spaces/js/lib/toast.js";
import { removePost } from "./lists.js";

const OPPOSITE = { like: "unlike", unlike: "like", repost: "unrepost", unrepost: "repost", bookmark: "unbookmark", unbookmark: "bookmark" };

export function startPostActions() {
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-toggle]")) toggle(event);
    if (event.target.matches("[data-delete]")) remove(event);
  });
  document.addEventListener("click", (event) => {
    const copy = event.target.closest?.("[data-copy-post]");
    if (copy) copyLink(event, copy);
    closeMenus(event.target);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null));
}

/** Return `12`, `12.3K` or `4M`, and an empty text for 0, like the server's filter `short_count`. */
export function shortCount(number) {
  if (number < 10_000) return number ? String(number) : "";
  const [value, unit] = number >= 1_000_000 ? [number / 1_000_000, "M"] : [number / 1_000, "K"];
  return value.toFixed(1).replace(/\.0$/, "") + unit;
}

async function toggle(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.busy !== undefined) return;
  const button = form.querySelector("button");
  const isOn = button.getAttribute("aria-pressed") === "true";
  form.dataset.busy = "";
  // The form is sent unchanged. Only its look changes before the answer.
  const answer = postForm(form);
  draw(form, !isOn);
  try {
    await answer;
    const [verb] = form.action.split("/").slice(-1);
    form.action = form.action.replace(new RegExp(`${verb}$`), OPPOSITE[verb]);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    draw(form, isOn);
    toast(error.message, { tone: "bad" });
  } finally {
    delete form.dataset.busy;
  }
}

function draw(form, isOn) {
  const button = form.querySelector("button");
  if ((button.getAttribute("aria-pressed") === "true") === isOn) return;
  button.setAttribute("aria-pressed", String(isOn));
  if (form.dataset.toggle === "bookmark") {
    setText(form.querySelector("[data-bookmark-label]"), isOn ? gettext("Remove bookmark") : gettext("Bookmark"));
    return;
  }
  const number = Math.max(0, Number(form.dataset.number) + (isOn ? 1 : -1));
  form.dataset.number = number;
  setText(form.querySelector("[data-count]"), shortCount(number));
}

async function remove(event) {
  event.preventDefault();
  const form = event.target;
  const { post } = form.closest("[data-post]").dataset;
  try {
    await postForm(form);
    const isAlone = form.closest("[data-post-page]") !== null;
    toast(gettext("The post is deleted."));
    if (isAlone) history.back();
    else removePost(post);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    toast(error.message, { tone: "bad" });
  }
}

async function copyLink(event, link) {
  event.preventDefault();
  link.closest("details").open = false;
  try {
    await navigator.clipboard.writeText(link.href);
    toast(gettext("The link is copied."), { tone: "good" });
  } catch {
    toast(gettext("Copying failed. The link: {link}", { link: link.href }));
  }
}

function closeMenus(target) {
  for (const menu of document.querySelectorAll("[data-post-more][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}
