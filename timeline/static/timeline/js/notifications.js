// On the page of notifications what is new waits behind a pill: nothing moves by itself.

import { part } from "../../spaces/js/dom.js";
import { onPage } from "../../spaces/js/navigation.js";
import { reload } from "./lists.js";

export function startNotifications() {
  let pill = null;
  onPage((page) => {
    pill = part(page, "new-notifications");
    const list = part(page, "notifications");
    pill?.addEventListener("click", () => show(pill, list));
  });
  // The page marked everything as seen when it was painted: whatever counts as new now is not on it.
  document.addEventListener("spaces:badges", ({ detail }) => {
    if (pill) pill.hidden = detail.notifications === 0;
  });
}

async function show(pill, list) {
  pill.hidden = true;
  await reload(list, "/notifications");
  list.querySelector("a")?.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "smooth" });
}
