// Moving between pages swaps what is inside #page and nothing else, so the room and its audio go on. htmx does the
// fetching; this adds what a browser does on a real move: the focus starts at the heading, the current link is marked.

const MOVED = "spaces:page";

/** Calls `start(page)` for the page that is shown now and for every one that comes after it. */
export function onPage(start) {
  document.addEventListener(MOVED, () => start(page()));
  start(page());
}

export function startNavigation() {
  markCurrent();
  document.addEventListener("htmx:afterSettle", ({ target }) => target.id === "page" && moved());
  document.addEventListener("htmx:beforeSend", onlyTheLast);
  // A link that an earlier move has taken off the page does not know any more which part it asked for.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "page") detail.selectOverride ??= "#page > .page";
  });
  document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());
  // A move that fails becomes a real one; a part that fails is no reason to leave the page.
  document.addEventListener("htmx:sendError", ({ detail }) => {
    if (detail.target?.id === "page") location.assign(detail.pathInfo.requestPath);
  });
}

/** Moves to another page, or draws this one anew, as a link in it would. */
export function visit(url) {
  const link = document.createElement("a");
  link.href = url;
  link.hidden = true;
  page().append(link);
  window.htmx?.process(link);
  link.click();
}

let moving = null;

/** Whoever chooses another page while one is on its way has changed their mind. */
function onlyTheLast({ detail }) {
  if (detail.target.id !== "page") return;
  moving?.abort();
  moving = detail.xhr;
}

function moved() {
  // Logged out or logged in as somebody else meanwhile: everything around the page is another person's.
  if (page().dataset.viewer !== (document.documentElement.dataset.viewer ?? "")) {
    location.reload();
    return;
  }
  markCurrent();
  document.getElementById("account-menu")?.hidePopover();
  (page().querySelector("h1[tabindex]") ?? document.getElementById("page")).focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent(MOVED));
}

function markCurrent() {
  for (const link of document.querySelectorAll("[data-nav]")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function page() {
  return document.querySelector("#page > .page");
}
