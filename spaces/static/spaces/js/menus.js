// Menus are popovers. A browser without them (Firefox before 125, iOS before 17) gets the part of them that we use: the same
// elements are opened and closed by an attribute, and CSS hides what is not open.

const OPEN = "data-open";
/** Between a menu and the edge of the screen. */
const MARGIN = 8;
const MENU = '[popover=""]';

const hasPopovers = typeof HTMLElement === "undefined" || "popover" in HTMLElement.prototype;

export function isOpen(menu) {
  return hasPopovers ? menu.matches(":popover-open") : menu.hasAttribute(OPEN);
}

/** The menu that is open inside of `root`, or null. */
export function openMenu(root) {
  return [...root.querySelectorAll("[popover]")].find(isOpen) ?? null;
}

/** Opens a menu beside what it is about, inside the screen. */
export function openBeside(menu, opener) {
  menu.showPopover({ source: opener });
  const { top, bottom, left, right } = opener.getBoundingClientRect();
  const { offsetHeight: height, offsetWidth: width } = menu;
  const isBelow = bottom + height + MARGIN <= innerHeight || bottom < innerHeight - top;
  const y = isBelow ? bottom : top - height;
  const x = (left + right - width) / 2;
  menu.style.inset = `${within(y, innerHeight - height)}px auto auto ${within(x, innerWidth - width)}px`;
}

function within(place, most) {
  return Math.round(Math.max(MARGIN, Math.min(place, most - MARGIN)));
}

/** Call before anything opens a menu. */
export function startMenus() {
  if (hasPopovers) return;
  const menu = HTMLElement.prototype;
  menu.showPopover = function () {
    set(this, true);
  };
  menu.hidePopover = function () {
    set(this, false);
  };
  // While capturing: a menu that this same tap opens stays open.
  document.addEventListener("click", ({ target }) => tapped(target), { capture: true });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && openMenu(document)?.hidePopover());
}

function set(menu, isToBeOpen) {
  if (isOpen(menu) === isToBeOpen) return;
  menu.toggleAttribute(OPEN, isToBeOpen);
  menu.dispatchEvent(Object.assign(new Event("toggle"), { newState: isToBeOpen ? "open" : "closed" }));
}

function tapped(target) {
  const button = target.closest("[popovertarget]");
  const menu = button && document.getElementById(button.getAttribute("popovertarget"));
  const wasOpen = menu !== null && isOpen(menu);
  for (const other of document.querySelectorAll(`${MENU}[${OPEN}]`)) if (!other.contains(target)) other.hidePopover();
  if (menu && !wasOpen) menu.showPopover();
}
