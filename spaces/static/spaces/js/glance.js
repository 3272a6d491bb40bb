// The right column while no room is open: what it lists leaves with its Space, as the bubbles do.

export function startGlance() {
  document.addEventListener("spaces:home", ({ detail }) => {
    if (detail.type === "bubble.gone") forget(detail.id);
  });
}

function forget(id) {
  for (const link of document.querySelectorAll(".glance-row[data-join]")) {
    if (link.dataset.join === id) link.closest("li").remove();
  }
}
