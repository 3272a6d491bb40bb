// One caption in the list.

import { fromTemplate, part, setAttribute, setText } from "../../spaces/js/dom.js";
import { pieces } from "./pieces.js";

const REDACTED = "Removed";

export function newLine() {
  return fromTemplate("caption-template");
}

/** `voice` is the number of the speaker's colour. */
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

/** Written anew only when it changed: a reader may be marking it. */
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

/** By a machine, and said so; another language than the line's own. */
function showTranslation(element, line) {
  element.hidden = !line.translation;
  setText(part(element, "caption-english"), line.translation ?? "");
}

/** What is final, and said by somebody else, can be reported. Visitors have no such button. */
function showReport(button, line) {
  if (!button) return;
  button.hidden = !line.final || Boolean(line.redacted) || isOwn(line);
  setAttribute(button, "data-caption", line.id);
  setAttribute(button, "aria-label", `Report this caption by ${line.name}`);
}

/** What the engine heard of oneself need not be what was said. */
function showTakeBack(button, line) {
  if (!button) return;
  button.hidden = !line.final || Boolean(line.redacted) || !isOwn(line);
  setAttribute(button, "data-line", line.id);
}

function isOwn(line) {
  return line.user_id === document.documentElement.dataset.viewer;
}
