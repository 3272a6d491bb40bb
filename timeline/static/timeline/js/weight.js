// Counts the length of a post as timeline/weight.py does, while the user types. The server decides.

export const MAX_WEIGHT = 280;
const LINK_WEIGHT = 23;
const EMOJI_WEIGHT = 2;
const LINK = /\bhttps?:\/\/(?:[^\s<>"()\u2066-\u2069]|\([^\s<>"()\u2066-\u2069]*\))+(?<![.,:;!?'"\]}…])/giu;
const PICTURE =
  "[\\u203c\\u2049\\u2122\\u2139\\u2190-\\u21ff\\u2300-\\u23ff\\u24c2\\u25a0-\\u27bf\\u2900-\\u297f\\u2b00-\\u2bff" +
  "\\u3030\\u303d\\u3297\\u3299\\u{1f000}-\\u{1faff}]";
const PERSON_OR_THING = `${PICTURE}(?:\\ufe0f|[\\u{1f3fb}-\\u{1f3ff}])?`;
const EMOJI = new RegExp(
  "[\\u{1f1e6}-\\u{1f1ff}]{2}|[0-9#*]\\ufe0f?\\u20e3|[\\u00a9\\u00ae]\\ufe0f|" +
    `${PERSON_OR_THING}(?:\\u200d${PERSON_OR_THING})*`,
  "gu",
);
const LIGHT = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];

export function weightedLength(text) {
  let total = 0;
  const replace = (pattern, weight) => (from) => from.replaceAll(pattern, () => ((total += weight), ""));
  const rest = replace(EMOJI, EMOJI_WEIGHT)(replace(LINK, LINK_WEIGHT)(text.normalize("NFC").trim()));
  for (const character of rest) total += weightOf(character.codePointAt(0));
  return total;
}

function weightOf(point) {
  return LIGHT.some(([first, last]) => first <= point && point <= last) ? 1 : 2;
}
