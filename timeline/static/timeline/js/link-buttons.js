// A link that acts as a button where there is a script is pressed like one: by the space bar too.

export function startLinkButtons() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches?.('a[role="button"]')) return;
    event.preventDefault();
    event.target.click();
  });
}
