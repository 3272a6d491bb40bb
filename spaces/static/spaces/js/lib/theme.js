// The theme: light, dark or the system's. The user's choice is kept in this browser.

import { local } from "./comforts.js";

const KEY = "spaces:theme";

export function startTheme() {
  const choice = document.querySelector("[data-theme-choice]");
  if (!choice) return;
  const chosen = document.documentElement.dataset.theme ?? "";
  for (const input of choice.querySelectorAll("input")) input.checked = input.value === chosen;
  choice.addEventListener("change", ({ target }) => choose(target.value));
}

function choose(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  if (theme) local.set(KEY, theme);
  else local.remove(KEY);
}
