// Draws one caption of the list.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { fromTemplate, part, setAttribute, setText } from "../../spaces/js/lib/dom.js";
import { pieces } from "./pieces.js";

const REDACTED = gettext("Removed");

export function newLine() {
  return fromTemplate("caption-template");
}

/** Draw a line. `voice` is the number of the speaker's colour. */
export function showLine(element, line, voice) {
  setText(part(element, "caption-name"), line.name);
  setAttribute(part(element, "caption-name"), "data-voice", voice);
  showText(part(element, "caption-text"), line);
  showTranslation(part(element, "caption-translation"), line);
  showReport(part(element, "caption-report"), line);
  showTakeBack(part(element, "caption-take-back"), line);
  element.toggleAttribute("data-interim", !line.final);
  element.toggleAttribute("data-redacted", line.redacted ?? false);
}

/** Draw the text, but only if it changed: a new text would end a selection that the reader is making. */
function showText(element, line) {
  const known = `${line.revision} ${line.final}`;
  if (element.dataset.revision === known) return;
  element.dataset.revision = known;
  setAttribute(element, "lang", line.language || null);
  if (line.redacted) return element.replaceChildren(REDACTED);
  return element.replaceChildren(...pieces(line.text, line.unsure).map(inkOf));
}

function inkOf({ text, isUnsure }) {
  if (!isUnsure) return text;
  const word = document.createElement("span");
  word.className = "caption-unsure";
  word.textContent = text;
  return word;
}

/** Show the machine's translation into another language, marked as one. */
function showTranslation(element, line) {
  element.hidden = !line.translation;
  setText(part(element, "caption-english"), line.translation ?? "");
}

/** Offer to report a final line of another person. Visitors have no such button. */
function showReport(button, line) {
  if (!button) return;
  button.hidden = !line.final || Boolean(line.redacted) || isOwn(line);
  setAttribute(button, "data-caption", line.id);
  setAttribute(button, "aria-label", gettext("Report this caption by {name}", { name: line.name }));
}

/** Offer to take back a final line of the user's own: the engine may have misheard it. */
function showTakeBack(button, line) {
  if (!button) return;
  button.hidden = !line.final || Boolean(line.redacted) || !isOwn(line);
  setAttribute(button, "data-line", line.id);
}

function isOwn(line) {
  return line.user_id === document.documentElement.dataset.viewer;
}
