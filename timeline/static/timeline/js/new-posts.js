// "3 new posts" on a pill. The posts appear when the user asks for them, so that the page does not move by itself.

import { ngettext } from "../../spaces/js/lib/i18n.js";
import { part, setText } from "../../spaces/js/lib/dom.js";
import { onPage } from "../../spaces/js/lib/navigation.js";
import { recountIfUnsure } from "./badges.js";
import { reload } from "./lists.js";

const MOST = 99;

export function startNewPosts() {
  let waiting = 0;
  let pill = null;
  let list = null;
  onPage((page) => {
    waiting = 0;
    pill = part(page, "new-posts");
    list = page.querySelector('[data-posts="home"]');
    pill?.addEventListener("click", show);
    draw();
  });
  document.addEventListener("spaces:home", ({ detail }) => {
    if (detail.type !== "news" || detail.topic !== "posts") return;
    waiting += detail.count;
    draw();
    recountIfUnsure();
  });

  // The page asks whenever the home socket opens. The answer counts all new posts, and `news` only further ones.
  document.addEventListener("spaces:badges", ({ detail }) => {
    if (detail.posts === undefined) return;
    waiting = detail.posts;
    draw();
  });

  function draw() {
    if (!pill) return;
    pill.hidden = waiting === 0;
    const number = waiting > MOST ? `${MOST}+` : waiting;
    setText(pill, ngettext("{number} new post", "{number} new posts", waiting, { number }));
  }

  async function show() {
    waiting = 0;
    draw();
    document.querySelector("[data-no-posts]")?.remove();
    await reload(list, location.pathname);
    scrollTo({ top: 0, behavior: "smooth" });
    list.querySelector("article a")?.focus({ preventScroll: true });
  }
}
