// Reads out the notice above the controls, and its end, while the room is minimised and hides it. A visible notice has
// its own live region.

/** A notice that is over sooner is neither shown nor read out. */
const LATE = 700;

export class NoticeVoice {
  #say;
  #isSeen;
  #head = null;
  #over = null;
  #timer = 0;

  /** `say(text, {isUrgent})` reads out a text. `isSeen()` tells whether the notice is on the screen. */
  constructor(say, isSeen) {
    this.#say = say;
    this.#isSeen = isSeen;
  }

  follow(notice) {
    const head = notice?.head ?? null;
    if (head === this.#head) return;
    this.#head = head;
    clearTimeout(this.#timer);
    this.#sayOver();
    if (notice === null) return;
    if (notice.tone === "late") this.#timer = setTimeout(() => this.#sayNotice(notice), LATE);
    else this.#sayNotice(notice);
  }

  /** Forget the notice on leaving the room, without reading out its end. */
  forget() {
    clearTimeout(this.#timer);
    this.#head = this.#over = null;
  }

  #sayNotice({ head, more = "", tone, over = null }) {
    this.#over = over;
    if (!this.#isSeen()) this.#say(`${head} ${more}`.trim(), { isUrgent: tone === "bad" });
  }

  #sayOver() {
    if (this.#over) this.#say(this.#over);
    this.#over = null;
  }
}
