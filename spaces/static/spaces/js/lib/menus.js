// Menus are popovers. For browsers without them (Firefox before 125, iOS before 17) this implements the part that we
// use: an attribute opens and closes the same elements, and CSS hides closed ones.

const OPEN = "data-open";
/** The distance between a menu and the edge of the screen. */
const MARGIN = 8;
const MENU = '[popover=""]';

const hasPopovers = typeof HTMLElement === "undefined" || "popover" in HTMLElement.prototype;

export function isOpen(menu) {
  return hasPopovers ? menu.matches(":popover-open") : menu.hasAttribute(OPEN);
}

/** Return the open menu inside `root`, or null. */
export function openMenu(root) {
  return [...root.querySelectorAll("[popover]")].find(isOpen) ?? null;
}

/** Open a menu beside its anchor, inside the screen. */
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

/** Install the replacement for popovers. Call this before any menu opens. */
export function startMenus() {
  if (hasPopovers) return;
  const menu = HTMLElement.prototype;
  menu.showPopover = function () {
    set(this, true);
  };
  menu.hidePopover = function () {
    set(this, false);
  };
  // Capture the tap, so that a menu which this same tap opens stays open.
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
