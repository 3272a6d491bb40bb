// On the page of notifications, new ones wait behind a pill, so that the page does not move by itself.

import { part } from "../../spaces/js/lib/dom.js";
import { onPage } from "../../spaces/js/lib/navigation.js";
import { reload, tellShown } from "./lists.js";

let form = null;
let toldUpTo = "";

/** Tell the server which notifications were seen. On a hidden page none is. */
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
  // The page reports what it shows, so notifications that still count as new are not on it.
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
