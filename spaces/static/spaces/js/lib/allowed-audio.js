// Audio elements that may play. WebKit allows sound to each element on its own, inside a tap; sound over HTTP comes
// seconds after the tap. So the elements are made in the tap, and are kept for the next sounds.

/** So many are kept: an old sound goes on until the new one plays. */
const KEPT = 2;

const spare = [];

/** Allow sound that comes later. Call this inside a tap. */
export function allowSound() {
  while (spare.length < KEPT) spare.push(new Audio());
  for (const element of spare) {
    element.play().catch(() => {}); // there is nothing to play yet
    element.pause();
  }
}

/** Return an element without sound. It may play if there was a tap for it. */
export function takeElement() {
  return spare.pop() ?? new Audio();
}

/** Empty an element that is not needed any more, and keep it. */
export function giveBack(element) {
  element.pause();
  element.removeAttribute("src");
  element.load();
  element.muted = false;
  if (spare.length < KEPT) spare.push(element);
}
