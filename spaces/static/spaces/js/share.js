// A link to the Space: the system's own sharing on a phone, the clipboard elsewhere. And keys, which are shown once.

import { toast } from "./toast.js";

/** Everything with `data-copy-link` or `data-copy` (the id of what is to be copied), now or later. */
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
  // Closing the system's sheet rejects, and is no fault.
  await navigator.share({ title, url: linkTo(id) }).catch(() => {});
}

async function copyLink(id) {
  try {
    await navigator.clipboard.writeText(linkTo(id));
    toast("The link is copied.", { tone: "good" });
  } catch {
    toast(`Copying failed. The link: ${linkTo(id)}`);
  }
}

async function copyText(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    toast("Copied.", { tone: "good" });
  } catch {
    getSelection().selectAllChildren(element);
    toast("Copying failed. The text is selected: copy it with the keyboard.");
  }
}

function linkTo(id) {
  return `${location.origin}/i/spaces/${id}`;
}
