// Notifications of this browser: turning them on and off, and the way from one into the room.

import { gettext } from "../../spaces/js/lib/i18n.js";
import { HttpError, postForm } from "../../spaces/js/lib/http.js";
import { onPage } from "../../spaces/js/lib/navigation.js";

/** The deadline (ms) for a subscription. Chromium waits for ever while its push service cannot be reached. */
const WITHIN = 20_000;
const DENIED = gettext("This browser blocks notifications of this site. Allow them in the site's settings, beside the address.");
const ON_IPHONE = gettext("On an iPhone or iPad, add this site to the Home Screen first: Share, then Add to Home Screen.");

export function startPush() {
  onPage((page) => {
    const section = page.querySelector("[data-push]");
    if (section) new PushSettings(section).draw();
    enterIfAsked(page);
  });
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.type === "open" && open(data.url));
}

/** Enter the room for a page that a notification opened. */
function enterIfAsked(page) {
  const asked = new URL(location.href);
  if (!asked.searchParams.has("join")) return;
  asked.searchParams.delete("join");
  history.replaceState(history.state, "", asked);
  page.querySelector("[data-join-button]")?.click();
}

/** Follow a notification in a page that is open already: its audio and its drafts stay. */
function open(url) {
  const link = document.createElement("a");
  link.href = url;
  const room = /^\/i\/spaces\/([^\/?]+)\?join=1$/.exec(url);
  if (room && document.getElementById("room")) link.dataset.join = room[1];
  document.body.append(link);
  link.click();
  link.remove();
}

class PushSettings {
  #parts;
  #key;
  #form;

  constructor(section) {
    this.#key = section.dataset.pushKey;
    this.#form = section.querySelector("[data-push-form]");
    const names = ["state", "help", "on", "off", "test"];
    this.#parts = Object.fromEntries(names.map((name) => [name, section.querySelector(`[data-push-${name}]`)]));
    this.#parts.on.addEventListener("click", () => this.#try(() => this.#turnOn()));
    this.#parts.off.addEventListener("click", () => this.#try(() => this.#turnOff()));
    this.#parts.test.addEventListener("click", () => this.#try(() => this.#sendTest()));
  }

  async draw() {
    if (!("PushManager" in window)) return this.#show(gettext("This browser has no notifications."), { help: ON_IPHONE });
    if (Notification.permission === "denied") return this.#show(gettext("Notifications are blocked."), { help: DENIED });
    const subscription = await subscribed();
    if (!subscription) return this.#show(gettext("Notifications are off on this device."), { canTurnOn: true });
    // Send it again, in case the server forgot it with an earlier session.
    await this.#post("/i/push/subscribe", fieldsOf(subscription));
    return this.#show(gettext("Notifications are on on this device."), { isOn: true });
  }

  async #turnOn() {
    if ((await Notification.requestPermission()) !== "granted") return this.draw();
    const worker = await navigator.serviceWorker.ready;
    const asked = worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.#key) });
    await this.#post("/i/push/subscribe", fieldsOf(await within(asked)));
    return this.draw();
  }

  async #turnOff() {
    const subscription = await subscribed();
    if (subscription) await this.#post("/i/push/unsubscribe", { endpoint: subscription.endpoint });
    await subscription?.unsubscribe();
    return this.draw();
  }

  async #sendTest() {
    const { sent } = await this.#post("/i/push/test", {});
    this.#parts.state.textContent = sent ? gettext("A test was sent.") : gettext("The push service did not take the test. Turn notifications off and on again.");
  }

  async #try(run) {
    try {
      await run();
    } catch (error) {
      const message = error instanceof HttpError ? error.message : gettext("The browser's push service cannot be reached. Try again later.");
      this.#parts.state.textContent = message;
    }
  }

  #post(path, fields) {
    for (const field of this.#form.querySelectorAll("input[data-own]")) field.remove();
    this.#form.action = path;
    for (const [name, value] of Object.entries(fields)) this.#form.append(hidden(name, value));
    return postForm(this.#form);
  }

  #show(words, { canTurnOn = false, isOn = false, help = "" } = {}) {
    this.#parts.state.textContent = words;
    this.#parts.help.textContent = help;
    this.#parts.help.hidden = !help;
    this.#parts.on.hidden = !canTurnOn;
    this.#parts.off.hidden = this.#parts.test.hidden = !isOn;
  }
}

async function subscribed() {
  const worker = await navigator.serviceWorker.getRegistration();
  return (await worker?.pushManager.getSubscription()) ?? null;
}

function fieldsOf(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

function hidden(name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  field.dataset.own = "";
  return field;
}

function within(promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer of the push service")), WITHIN));
  return Promise.race([promise, late]);
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
