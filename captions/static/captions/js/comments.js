// Comments beside the captions: what participants write. The panel is closed until the user opens it; a number on its
// button says how many came meanwhile.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { local } from "../../spaces/js/lib/comforts.js";
import { fromTemplate, keyed, part, setAttribute, setText } from "../../spaces/js/lib/dom.js";
import { count } from "../../spaces/js/lib/format.js";
import { may } from "../../spaces/js/room/room-state.js";
import { toast } from "../../spaces/js/lib/toast.js";
import { CommentList } from "./comment-list.js";

const KEY = "spaces:comments";
/** How near to its end the list is taken for followed, in pixels. */
const NEAR = 40;
const SAID_FOR = 10_000;

export class Comments {
  #root;
  #room;
  #isWanted = local.get(KEY) !== null;
  #list = new CommentList();
  #space = null;
  #unread = 0;
  #isFetching = false;

  constructor(root, room) {
    this.#root = root;
    this.#room = room;
    room.addEventListener("change", () => this.draw());
    room.addEventListener("event", ({ detail }) => this.#hear(detail));
    room.addEventListener("welcome", () => this.#welcome());
    part(root, "comments-toggle").addEventListener("click", () => this.#choose(!this.#isWanted));
    part(root, "comments-close").addEventListener("click", () => this.#close());
    part(root, "comments-earlier").addEventListener("click", () => this.#fetchEarlier());
    part(root, "comments-form").addEventListener("submit", (event) => this.#send(event));
    part(root, "comments-lines").addEventListener("click", ({ target }) => this.#remove(target.closest("[data-comment-remove]")));
    part(root, "comments-allowed")?.addEventListener("change", ({ target }) => this.#allow(target.checked));
    this.draw();
  }

  get #isThere() {
    const { isInside, state } = this.#room;
    return isInside && (may(state, "comment") || Boolean(state.space?.comments));
  }

  get #isShown() {
    return this.#isThere && this.#isWanted;
  }

  // --- What comes in -------------------------------------------------------------------------------------------------------

  #hear(event) {
    if (event.type === "comment") this.#take(event.comment);
    else if (event.type === "comment.removed" && this.#list.remove(event.id)) this.#drawLines();
    else if (event.type === "person.changed") this.#rename(event.person);
  }

  #take(line) {
    if (!this.#list.add(line)) return;
    const isOwn = line.person.id === this.#room.state.you?.id;
    if (this.#isShown && !isOwn) this.#say(line);
    if (!this.#isShown && !isOwn) this.#unread++;
    this.draw();
    this.#drawLines();
  }

  #rename(person) {
    this.#list.rename(person);
    this.#drawLines();
  }

  #welcome() {
    if (this.#space !== this.#room.id) {
      this.#space = this.#room.id;
      this.#list = new CommentList();
      this.#unread = 0;
    }
    if (this.#isShown) this.#fetchLatest();
  }

  #fetchLatest() {
    return this.#fetch({}, (page) => this.#list.takeLatest(page));
  }

  #fetchEarlier() {
    const scroll = part(this.#root, "comments-scroll");
    const toEnd = scroll.scrollHeight - scroll.scrollTop;
    return this.#fetch({ before: this.#list.previous }, (page) => {
      this.#list.takeEarlier(page);
      this.#drawLines();
      scroll.scrollTop = scroll.scrollHeight - toEnd;
    });
  }

  async #fetch(fields, take) {
    if (this.#isFetching) return;
    this.#isFetching = true;
    const list = this.#list;
    try {
      const page = await this.#room.command("comments", fields);
      if (list === this.#list) take(page);
    } catch (error) {
      // Without an account a listener reads what is written from now on. A connection that is back fetches again.
      if (!["login_required", "offline", "connection_lost"].includes(error.code)) toast(error.message, { tone: "bad" });
    } finally {
      this.#isFetching = false;
      this.#drawLines();
    }
  }

  // --- What the user does ---------------------------------------------------------------------------------------------------

  #choose(isWanted) {
    this.#isWanted = isWanted;
    if (isWanted) local.set(KEY, "open");
    else local.remove(KEY);
    this.#unread = 0;
    this.draw();
    if (!isWanted) return;
    this.#drawLines();
    this.#fetchLatest();
  }

  #close() {
    this.#choose(false);
    part(this.#root, "comments-toggle").focus();
  }

  async #send(event) {
    event.preventDefault();
    const input = event.currentTarget.elements.text;
    const text = input.value.trim();
    if (text === "") return;
    input.value = "";
    try {
      this.#take(await this.#room.command("comment", { text }));
      this.#follow();
    } catch (error) {
      // Give the text back, unless the user is writing the next one.
      input.value ||= text;
      toast(error.message, { tone: "bad" });
    }
  }

  async #remove(button) {
    if (!button) return;
    const { id } = button.dataset;
    try {
      await this.#room.command("comment.remove", { comment: id });
      this.#list.remove(id);
      this.#drawLines();
      part(this.#root, "comments-scroll").focus({ preventScroll: true });
    } catch (error) {
      toast(error.message, { tone: "bad" });
    }
  }

  async #allow(allowed) {
    try {
      await this.#room.command("comments.set", { allowed });
      toast(allowed ? gettext("People can write comments again.") : gettext("Comments are off. Those that were written stay."));
    } catch (error) {
      toast(error.message, { tone: "bad" });
      this.draw();
    }
  }

  // --- Drawing -----------------------------------------------------------------------------------------------------------

  draw() {
    const root = this.#root;
    const { state } = this.#room;
    const isOn = Boolean(state.space?.comments);
    const toggle = part(root, "comments-toggle");
    toggle.hidden = !this.#isThere;
    toggle.toggleAttribute("data-on", this.#isWanted);
    setAttribute(toggle, "aria-expanded", String(this.#isShown));
    setAttribute(toggle, "aria-label", this.#unread ? gettext("Comments, {number} new", { number: this.#unread }) : gettext("Comments"));
    const badge = part(root, "comments-badge");
    badge.hidden = this.#unread === 0;
    setText(badge, count(this.#unread));
    const wasHidden = part(root, "comments").hidden;
    part(root, "comments").hidden = !this.#isShown;
    part(root, "comments-form").hidden = !isOn || !may(state, "comment");
    part(root, "comments-off").hidden = isOn;
    const allowed = part(root, "comments-allowed");
    if (allowed) allowed.checked = isOn;
    if (this.#isShown && wasHidden) this.#drawLines();
  }

  #drawLines() {
    if (!this.#isShown) return;
    const root = this.#root;
    const isFollowed = this.#isFollowed();
    const lines = this.#list.list();
    keyed(part(root, "comments-lines"), lines, {
      create: () => fromTemplate("comment-template"),
      update: (element, line) => this.#drawLine(element, line),
    });
    part(root, "comments-empty").hidden = lines.length > 0;
    part(root, "comments-earlier").hidden = this.#list.previous === null;
    if (isFollowed) this.#follow();
  }

  #drawLine(element, { id, person, text }) {
    const { state } = this.#room;
    const isOwn = person.id === state.you?.id;
    const name = part(element, "comment-name");
    setText(name, person.name);
    setAttribute(name, "href", `/${person.username}`);
    setText(part(element, "comment-text"), text);
    const report = part(element, "comment-report");
    if (!report) return;
    report.hidden = isOwn;
    setAttribute(report, "data-comment", id);
    setAttribute(report, "aria-label", gettext("Report this comment by {name}", { name: person.name }));
    const remove = part(element, "comment-remove");
    remove.hidden = !isOwn && !may(state, "remove_comment");
    setAttribute(remove, "data-id", id);
    setAttribute(remove, "aria-label", isOwn ? gettext("Remove your comment") : gettext("Remove this comment by {name}", { name: person.name }));
  }

  #isFollowed() {
    const { scrollTop, scrollHeight, clientHeight } = part(this.#root, "comments-scroll");
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #follow() {
    const scroll = part(this.#root, "comments-scroll");
    scroll.scrollTop = scroll.scrollHeight;
  }

  #say({ person, text }) {
    const line = document.createElement("p");
    line.textContent = `${person.name}: ${text}`;
    part(this.#root, "comments-said").append(line);
    setTimeout(() => line.remove(), SAID_FOR);
  }
}
