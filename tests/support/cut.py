"""Finds texts on a page that are cut: by the box around them, by the edge of the screen, or by their field."""

from typing import Final

from playwright.sync_api import Page

ELLIPSES: Final = [
    ".bubble-title",  # the title of a Space, whose length is the host's
    ".dock-title",  # the same
    ".notification-about",  # the post that a notification is about
    "bdi.fleet-name",  # the name of a person, below their picture
]
"""What ends in three dots on purpose: words of people, whose whole length is one tap away."""

_CUT: Final = """({ ours, ellipses }) => {
    const OURS = new RegExp(ours, "u");
    const SILENT = "script, style, template, noscript, option, svg, .visually-hidden, [inert]";
    const isShown = (element) => element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
    const name = (element) => {
        const marks = [element.tagName.toLowerCase(), ...element.classList].join(".");
        return element.id ? `${marks}#${element.id}` : marks;
    };
    // Words below the icons of the room's controls may be wider than their button: they have nothing around them.
    const BOXES = "button:not(.control), .button, .tab, .choice-chip, .badge";
    /** Return the element whose edge the text crosses, if it is not seen or not read beyond. */
    const cutter = (start, rect) => {
        const free = { x: true, y: true }; // a box that scrolls shows everything in the end
        for (let element = start; element && element !== document.documentElement; element = element.parentElement) {
            const style = getComputedStyle(element);
            const box = element.getBoundingClientRect();
            if (style.display === "contents" || style.display === "inline") continue;
            const isWider = rect.left < box.left - 1 || rect.right > box.right + 1;
            const isHigher = rect.top < box.top - 2 || rect.bottom > box.bottom + 2;
            if (isWider && free.x && (/hidden|clip/.test(style.overflowX) || element.matches(BOXES))) return element;
            if (isHigher && free.y && /hidden|clip/.test(style.overflowY)) return element;
            free.x &&= !/auto|scroll/.test(style.overflowX);
            free.y &&= !/auto|scroll/.test(style.overflowY);
            if (style.position === "fixed") break;
        }
        return free.x && (rect.left < -1 || rect.right > innerWidth + 1) ? document.documentElement : null;
    };
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { currentNode: node } = walker;
        const parent = node.parentElement;
        if (!OURS.test(node.data) || parent.closest(SILENT) || !isShown(parent)) continue;
        if (ellipses.some((selector) => parent.closest(selector))) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const rect of range.getClientRects()) {
            const by = rect.width > 1 && cutter(parent, rect);
            if (by) found.add(`${node.data.trim()} in ${name(parent)} is cut by ${name(by)}`);
        }
    }
    const pen = document.createElement("canvas").getContext("2d");
    for (const field of document.querySelectorAll("input[placeholder]")) {
        if (!isShown(field) || field.closest(SILENT)) continue;
        const style = getComputedStyle(field);
        pen.font = style.font;
        const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        const wanted = Math.round(pen.measureText(field.placeholder).width);
        if (wanted > room + 1) found.add(`${field.placeholder}: ${wanted} of ${room} px are in ${name(field)}`);
    }
    return [...found];
}"""


def cut_texts(page: Page, *, ours: str) -> list[str]:
    """Return what is cut, one line each, and by what. `ours`: a pattern of the texts that are looked at."""
    found: list[str] = page.evaluate(_CUT, {"ours": ours, "ellipses": ELLIPSES})
    return found
