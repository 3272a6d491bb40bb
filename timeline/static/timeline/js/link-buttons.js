// Lets the space bar press links that act as buttons.

export function startLinkButtons() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches?.('a[role="button"]')) return;
    event.preventDefault();
    event.target.click();
  });
}
