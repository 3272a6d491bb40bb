// The service worker, and the browser's offer to install the site as an app.

const PATH = "/service-worker.js";

/** Register the service worker. A browser without one, or in a private window, shows the site without it. */
export async function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(PATH);
  } catch (error) {
    console.warn("no service worker:", error);
  }
}

/** Show the install button where the browser offers to install the site. Safari offers it in its own menu only. */
export function startInstall() {
  let offer = null;
  const draw = () => {
    for (const button of document.querySelectorAll("[data-install]")) button.hidden = offer === null;
  };
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    draw();
  });
  addEventListener("appinstalled", () => {
    offer = null;
    draw();
  });
  document.addEventListener("click", async ({ target }) => {
    if (!target.closest?.("[data-install]") || offer === null) return;
    const asked = offer;
    offer = null;
    await asked.prompt();
    draw();
  });
}

/** Show the number of unseen notifications and messages on the app's icon. */
export function startAppBadge() {
  if (!("setAppBadge" in navigator)) return;
  document.addEventListener("spaces:badges", ({ detail }) => {
    navigator.setAppBadge(detail.notifications + detail.messages).catch(() => {});
  });
}
