// Says the notice above the controls where it is not seen, because the room is minimised, and that it is over. Where it is
// seen it stands in a live region of its own.

/** What is over in a moment is not worth saying, as it is not worth showing. */
const LATE = 700;

export class NoticeVoice {
  #say;
  #isSeen;
  #head = null;
  #over = null;
  #timer = 0;

  /** `say(text, {isUrgent})`; `isSeen()`: the notice itself is on the screen. */
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

  /** Out of the room: what was said is over without a word. */
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
