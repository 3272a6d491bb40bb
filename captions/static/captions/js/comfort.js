// The reader's choices for captions, kept in this browser for each account.

/** The steps of `data-size`. captions.css has the size of each. */
export const SIZES = 6;
export const USUAL = Object.freeze({ shown: false, size: 1, contrast: false, background: "theme" });
const BACKGROUNDS = new Set(["theme", "light", "dark"]);

/** Return the stored choices, with the usual value for each that is missing or invalid. */
export function usable(kept) {
  const { shown, size, contrast, background } = kept ?? {};
  return {
    shown: typeof shown === "boolean" ? shown : USUAL.shown,
    size: Number.isInteger(size) ? Math.min(Math.max(size, 0), SIZES - 1) : USUAL.size,
    contrast: typeof contrast === "boolean" ? contrast : USUAL.contrast,
    background: BACKGROUNDS.has(background) ? background : USUAL.background,
  };
}

export function readComfort(person) {
  try {
    return usable(JSON.parse(localStorage.getItem(key(person))));
  } catch {
    return usable(null);
  }
}

export function keepComfort(person, comfort) {
  try {
    localStorage.setItem(key(person), JSON.stringify(comfort));
  } catch {
    // The browser stores nothing here, so the choice lasts as long as the page.
  }
}

function key(person) {
  return `spaces:captions:${person}`;
}
