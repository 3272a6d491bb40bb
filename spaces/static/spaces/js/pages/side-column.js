// The right column while no room is open. Entries disappear with their Space, as the bubbles do. The column is loaded
// again when a Space appears and when the home socket comes back.

/** A Space appears for all its followers at once, so their pages spread their requests over this time. */
const SPREAD = 2_000;

export function startGlance() {
  let timer = 0;
  document.addEventListener("spaces:home", ({ detail }) => {
    if (detail.type === "bubble.gone") forget(detail.id);
    if (detail.type === "bubble.shown" && !isListed(detail.bubble.id)) askSoon();
    if (detail.type === "resync") askSoon();
  });

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(refresh, Math.random() * SPREAD);
  }
}

/** Load the column if it is shown. A hidden column loads when it comes into view. */
function refresh() {
  const glance = document.querySelector(".glance");
  if (!glance?.offsetParent) return;
  window.htmx.ajax("GET", glance.getAttribute("hx-get"), { target: glance, swap: "innerHTML", select: "unset" });
}

function isListed(id) {
  return linksTo(id).length > 0;
}

function forget(id) {
  for (const link of linksTo(id)) link.closest("li").remove();
}

function linksTo(id) {
  return document.querySelectorAll(`.glance-row[data-join="${CSS.escape(id)}"]`);
}
