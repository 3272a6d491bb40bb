// Texts in the language of the page. English is in the code; `spaces/texts/<language>.js`, which a page in another
// language loads first, has the translations of it. `make messages` finds the calls of these functions.

const NOTHING = { texts: {}, plural: (number) => Number(number !== 1) };
const { texts, plural } = globalThis.spacesTexts ?? NOTHING;

/** The page's language for Intl. Arabic has the digits that the rest of the page is written with. */
export const LOCALE = localeOf(globalThis.document?.documentElement?.lang || "en");

/** The same for numbers: `668K` in English, as elsewhere, and not the British `668k`. */
export const NUMBERS = LOCALE === "en-GB" ? "en" : LOCALE;

/** Return the translation, with each `{name}` replaced by that value: `gettext("{name} left", { name })`. */
export function gettext(text, values = {}) {
  return filled(texts[text] ?? text, values);
}

/** Return the form for `number`: `ngettext("{number} person", "{number} people", 3)`. */
export function ngettext(one, many, number, values = {}) {
  const forms = texts[one] ?? [one, many];
  return filled(forms[plural(number)] ?? many, { number, ...values });
}

/** Return names in a row with commas and "and", as the language writes it. */
export function inARow(parts) {
  return new Intl.ListFormat(LOCALE, { type: "conjunction" }).format(parts);
}

export function localeOf(language) {
  if (language === "en") return "en-GB"; // a plain `en` would write American dates
  return language === "ar" ? "ar-u-nu-latn" : language;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}
