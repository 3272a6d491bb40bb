// On the page of notifications what is new waits behind a pill: nothing moves by itself.

import { part } from "../../spaces/js/dom.js";
import { onPage } from "../../spaces/js/navigation.js";
import { reload, tellShown } from "./lists.js";

let form = null;
let toldUpTo = "";

/** What is before somebody's eyes is seen; a page that was fetched for later is not. */
function tellSeen() {
  const newest = document.querySelector("[data-notification]")?.dataset.notification;
  if (document.hidden || !form?.isConnected || !newest || newest === toldUpTo) return;
  toldUpTo = newest;
  tellShown(form, newest);
}

export function startNotifications() {
  let pill = null;
  document.addEventListener("visibilitychange", tellSeen);
  onPage((page) => {
    pill = part(page, "new-notifications");
    const list = part(page, "notifications");
    form = part(page, "seen-form");
    if (list) tellSeen();
    pill?.addEventListener("click", () => show(pill, list));
  });
  // The page says what it shows when it is looked at: whatever counts as new now is not on it.
  document.addEventListener("spaces:badges", ({ detail }) => {
    if (pill) pill.hidden = detail.notifications === 0;
  });
}

async function show(pill, list) {
  pill.hidden = true;
  await reload(list, "/notifications");
  tellSeen();
  list.querySelector("a")?.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "smooth" });
}
