// Pages of the staff, which are Django's: one that comes back from the browser's cache, or whose user logged out in
// another tab, is loaded anew. The server then says whether its user is still of the staff.

import { tabs } from "./comforts.js";

addEventListener("pageshow", ({ persisted }) => persisted && reload());
const own = document.querySelector("meta[name=viewer]")?.content ?? "";
const others = tabs("spaces:viewer");
others.post(own);
others.onMessage = (viewer) => viewer !== own && reload();

function reload() {
  document.documentElement.hidden = true;
  location.reload();
}
