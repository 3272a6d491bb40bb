// "3 new posts": said on a pill, shown when somebody asks for them. Nothing moves by itself.

import { part, setText } from "../../spaces/js/dom.js";
import { onPage } from "../../spaces/js/navigation.js";
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

  // Asked whenever the home socket opens: this says how many there are, where `news` says how many more.
  document.addEventListener("spaces:badges", ({ detail }) => {
    if (detail.posts === undefined) return;
    waiting = detail.posts;
    draw();
  });

  function draw() {
    if (!pill) return;
    pill.hidden = waiting === 0;
    const number = waiting > MOST ? `${MOST}+` : waiting;
    setText(pill, `${number} new ${waiting === 1 ? "post" : "posts"}`);
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
