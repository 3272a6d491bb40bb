// Says the notice above the controls when it becomes another one, and never what counts down in it.

/** What is over in a moment is not worth saying, as it is not worth showing. */
const LATE = 700;

export class NoticeVoice {
  #say;
  #head = null;
  #over = null;
  #timer = 0;

  /** `say(text, {isUrgent})`. */
  constructor(say) {
    this.#say = say;
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

  #sayNotice({ head, more = "", said = `${head} ${more}`, tone, over = null }) {
    this.#over = over;
    this.#say(said.trim(), { isUrgent: tone === "bad" });
  }

  #sayOver() {
    if (this.#over) this.#say(this.#over);
    this.#over = null;
  }
}
