// Start the player of the page that is shown, and the dock of a replay that goes on while the user walks around.

import { go } from "./go.js";
import { ReplayDock } from "./replay-dock.js";
import { ReplayView } from "./replay-view.js";

const MOVED = "spaces:page";
/** A Space that has just ended has its replay a moment later. */
const ASK_EVERY = 2_000;
const ASK_TIMES = 90;

let view = null;

export function startReplays() {
  const dock = document.getElementById("replay-dock");
  if (dock) new ReplayDock(dock);
  document.addEventListener(MOVED, show);
  show();
}

function show() {
  view?.end();
  view = null;
  const root = document.querySelector("#page [data-replay]");
  if (root) view = new ReplayView(root);
  const pending = document.querySelector("#page [data-replay-pending]");
  if (pending) waitFor(pending);
}

/** Load the page again once the replay is there. */
async function waitFor(pending) {
  for (let asked = 0; asked < ASK_TIMES && pending.isConnected; asked++) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
    const response = await fetch(pending.dataset.replayPending, { method: "HEAD" }).catch(() => null);
    if (response?.ok && pending.isConnected) return go(location.pathname + location.search);
  }
}
