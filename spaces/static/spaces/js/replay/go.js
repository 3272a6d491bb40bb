// A move to another page, or to this one again, as a link of the page would do it: members keep the sound.

export function go(url) {
  const link = document.createElement("a");
  link.href = url;
  link.hidden = true;
  document.querySelector("#page > .page").append(link);
  window.htmx?.process(link);
  link.click();
}
