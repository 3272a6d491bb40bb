// Like, repost, delete, copy: the screen changes at once and changes back with a word when the server says no.

import { setText } from "../../spaces/js/dom.js";
import { HttpError, postForm } from "../../spaces/js/http.js";
import { toast } from "../../spaces/js/toast.js";
import { removePost } from "./lists.js";

const OPPOSITE = { like: "unlike", unlike: "like", repost: "unrepost", unrepost: "repost" };

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

/** `12`, `12.3K`, `4M`; empty for nothing: as the filter `short_count`. */
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
  // The form is sent as it stands: only what is seen changes before the answer.
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
    toast("The post is deleted.");
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
    toast("The link is copied.", { tone: "good" });
  } catch {
    toast(`Copying failed. The link: ${link.href}`);
  }
}

function closeMenus(target) {
  for (const menu of document.querySelectorAll("[data-post-more][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}
