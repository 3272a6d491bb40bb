// The dialog to report a Space, a person, a caption, a comment, a clip or a post. Elements with `data-report-open`,
// present or future, open it. Their attributes name the subject: `data-report-about` (words), `data-space`,
// `data-person`, `data-caption`, `data-comment`, `data-clip` and `data-post` (ids). The room around them may name the
// Space by `data-in-space`.

import { closeOnBackdrop, part, setText } from "../lib/dom.js";
import { HttpError, postForm } from "../lib/http.js";
import { toast } from "../lib/toast.js";

const IDS = ["space", "person", "caption", "comment", "clip", "post"];

export function startReporting() {
  const dialog = document.querySelector("[data-report-dialog]");
  if (!dialog) return;
  const form = part(dialog, "report-form");
  document.addEventListener("click", (event) => open(event, dialog, form));
  part(dialog, "report-close").addEventListener("click", () => dialog.close());
  closeOnBackdrop(dialog);
  form.addEventListener("submit", (event) => send(event, dialog, form));
}

function open(event, dialog, form) {
  const opener = event.target.closest?.("[data-report-open]");
  if (!opener) return;
  event.preventDefault();
  opener.closest("[popover]")?.hidePopover();
  form.reset();
  setText(part(dialog, "report-errors"), "");
  setText(part(dialog, "report-about"), opener.dataset.reportAbout);
  const here = { space: opener.closest("[data-in-space]")?.dataset.inSpace, ...opener.dataset };
  showReason(part(form, "report-misheard"), Boolean(here.caption));
  for (const name of IDS) form.elements[name].value = here[name] ?? "";
  dialog.showModal();
  document.getElementById("report-title").focus();
}

/** Show or hide a reason. "Misheard" is offered only for captions of an engine, because only an engine mishears. */
function showReason(label, isOffered) {
  label.hidden = !isOffered;
  label.querySelector("input").disabled = !isOffered;
}

async function send(event, dialog, form) {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  try {
    const { message } = await postForm(form);
    dialog.close();
    toast(message, { tone: "good" });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    setText(part(dialog, "report-errors"), error.message);
  } finally {
    button.disabled = false;
  }
}
