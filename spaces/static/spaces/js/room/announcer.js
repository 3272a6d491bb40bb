// Announcements of what happens in the room: read out, or as a toast. Requests are announced only while the queue is
// closed.

import { gettext } from "../lib/i18n.js";
import { announce, toast } from "../lib/toast.js";

export class Herald {
  #isQueueOpen = false;
  #dismiss = () => {};
  #openQueue;

  /** `openQueue()` shows the queue. */
  constructor(openQueue) {
    this.#openQueue = openQueue;
  }

  set isQueueOpen(isOpen) {
    this.#isQueueOpen = isOpen;
    this.#dismiss();
  }

  tell({ said = null, shown = null }) {
    if (said) announce(said);
    if (shown) this.#show(shown);
  }

  #show({ text, tone, opensQueue }) {
    if (!opensQueue) toast(text, { tone });
    else if (this.#isQueueOpen) announce(text);
    else this.#pointAtQueue(text);
  }

  #pointAtQueue(text) {
    this.#dismiss();
    this.#dismiss = toast(text, { action: { label: gettext("See"), run: this.#openQueue } });
  }
}
