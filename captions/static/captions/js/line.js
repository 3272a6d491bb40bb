// One caption in the list.

import { fromTemplate, part, setAttribute, setText } from "../../spaces/js/dom.js";

const REDACTED = "Removed by a moderator";

export function newLine() {
  return fromTemplate("caption-template");
}

/** `voice` is the number of the speaker's colour. */
export function showLine(element, line, voice) {
  setText(part(element, "caption-name"), line.name);
  setAttribute(part(element, "caption-name"), "data-voice", voice);
  setText(part(element, "caption-text"), line.redacted ? REDACTED : line.text);
  showReport(part(element, "caption-report"), line);
  element.toggleAttribute("data-interim", !line.final);
  element.toggleAttribute("data-redacted", line.redacted ?? false);
}

/** What is final, and said by somebody else, can be reported. Visitors have no such button. */
function showReport(button, line) {
  if (!button) return;
  button.hidden = !line.final || Boolean(line.redacted) || line.user_id === document.documentElement.dataset.viewer;
  setAttribute(button, "data-caption", line.id);
  setAttribute(button, "aria-label", `Report this caption by ${line.name}`);
}
