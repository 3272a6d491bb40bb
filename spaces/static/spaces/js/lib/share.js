// Sharing a link to the Space: by the system's share sheet on a phone, else by the clipboard. Also copies keys, which
// are shown only once.

import { gettext } from "./i18n.js";
import { toast } from "./toast.js";

/** Handle elements with `data-copy-link` or `data-copy` (the id of the element to copy), present or future. */
export function startShare() {
  document.addEventListener("click", ({ target }) => {
    const { copyLink: spaceId, copy: elementId } = target.closest?.("[data-copy-link], [data-copy]")?.dataset ?? {};
    if (spaceId) copyLink(spaceId);
    if (elementId) copyText(document.getElementById(elementId));
  });
}

export async function share({ id, title }) {
  if (!navigator.share || !matchMedia("(pointer: coarse)").matches) {
    await copyLink(id);
    return;
  }
  // The promise also rejects when the user closes the share sheet, which is no failure.
  await navigator.share({ title, url: linkTo(id) }).catch(() => {});
}

async function copyLink(id) {
  try {
    await navigator.clipboard.writeText(linkTo(id));
    toast(gettext("The link is copied."), { tone: "good" });
  } catch {
    toast(gettext("Copying failed. The link: {link}", { link: linkTo(id) }));
  }
}

async function copyText(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    toast(gettext("Copied."), { tone: "good" });
  } catch {
    getSelection().selectAllChildren(element);
    toast(gettext("Copying failed. The text is selected: copy it with the keyboard."));
  }
}

function linkTo(id) {
  return `${location.origin}/i/spaces/${id}`;
}
