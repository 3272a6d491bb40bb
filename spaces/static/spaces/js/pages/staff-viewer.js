// Staff pages of the Django admin. A page that comes back from the browser's cache, or whose user logged out in another
// tab, is reloaded. The server then checks whether its user is still staff.

import { tabs } from "../lib/comforts.js";

addEventListener("pageshow", ({ persisted }) => persisted && reload());
const own = document.querySelector("meta[name=viewer]")?.content ?? "";
const others = tabs("spaces:viewer");
others.post(own);
others.onMessage = (viewer) => viewer !== own && reload();

function reload() {
  document.documentElement.hidden = true;
  location.reload();
}
