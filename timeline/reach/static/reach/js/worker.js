// The service worker: the offline page, and notifications while no page is open.
//
// It never keeps a page of a user. Its cache has one page, the offline page, which was fetched without cookies, and the
// static files of that page. Nothing private is left after a log-out.

const { offline, shell, icon, badge } = self.reach;
const CACHE = `shell:${shell.join(",")}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([forgetOldShells(), self.registration.navigationPreload?.enable()]).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event));
  else if (shell.includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => kept(request)));
});

async function keepShell() {
  const cache = await caches.open(CACHE);
  await cache.addAll(shell.map((file) => new Request(file, { credentials: "omit" })));
  // `reload` goes around the HTTP cache, which may have the page of an older release.
  await cache.add(new Request(offline, { credentials: "omit", cache: "reload" }));
}

async function forgetOldShells() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return kept(offline);
  }
}

async function kept(request) {
  return (await caches.match(request)) ?? Response.error();
}

// --- Notifications ---

self.addEventListener("push", (event) => event.waitUntil(show(event.data?.json())));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

/** Show a notification, unless the user is looking at the site: the page itself shows what is new. */
async function show(notice) {
  if (!notice) return;
  const pages = await self.clients.matchAll({ type: "window" });
  if (notice.kind !== "test" && pages.some((page) => page.focused)) return;
  const { title, body, url, tag } = notice;
  await self.registration.showNotification(title, { body, tag, icon, badge, renotify: true, data: { url } });
}

/** Open the address in the page that is there, whose audio goes on, or in a new one. */
async function open(url) {
  const [page] = await self.clients.matchAll({ type: "window" });
  if (!page) return self.clients.openWindow(url);
  page.postMessage({ type: "open", url });
  return page.focus();
}
