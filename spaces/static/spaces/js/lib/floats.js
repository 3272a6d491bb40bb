// Emoji that float up for a moment.

const SHOWN_FOR = 2_400;

export class Floats {
  #most;
  #shown = 0;

  /** `most`: how many are shown at once. More are left out. */
  constructor(most = 40) {
    this.#most = most;
  }

  /** Let one emoji float up from an element. */
  show(emoji, place) {
    if (this.#shown >= this.#most) return;
    this.#shown += 1;
    const element = document.createElement("span");
    element.className = "float";
    element.textContent = emoji;
    element.setAttribute("aria-hidden", "true");
    element.style.setProperty("--drift", `${Math.round(Math.random() * 40 - 20)}px`);
    element.style.setProperty("--place", `${Math.round(Math.random() * 80 + 10)}%`);
    place.append(element);
    setTimeout(() => {
      element.remove();
      this.#shown -= 1;
    }, SHOWN_FOR);
  }
}
