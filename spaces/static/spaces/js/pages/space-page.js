// Pages about Spaces: forms with a time, and a scheduled Space that its host starts without leaving the page.

import { HttpError, postForm } from "../lib/http.js";
import { prepareField } from "../lib/datetime-fields.js";
import { onPage, visit } from "../lib/navigation.js";
import { toast } from "../lib/toast.js";

export function startSpacePage(room) {
  onPage((page) => {
    for (const { elements } of page.querySelectorAll("[data-moment-form]")) prepareField(elements.when);
    page.querySelector("[data-start-space]")?.addEventListener("submit", (event) => start(event, room), { capture: true });
  });
}

async function start(event, room) {
  // Handle the click before htmx, which would only draw the page again.
  event.preventDefault();
  event.stopImmediatePropagation();
  try {
    const { id, url } = await postForm(event.target, event.submitter);
    room.enter(id);
    visit(url);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    toast(error.message, { tone: "bad" });
  }
}
