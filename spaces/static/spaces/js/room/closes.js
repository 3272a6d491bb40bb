// The server's reasons for closing a socket, and what the page does and says then. This is the table of
// docs/protocol.md.

import { gettext } from "../lib/i18n.js";

export const Return = Object.freeze({ NEVER: "never", WHEN_ASKED: "when asked", AFTER_LOGIN: "after login", YES: "yes" });

const CLOSES = {
  4400: { name: "bad_frames", comeBack: Return.NEVER },
  4401: { name: "unauthenticated", comeBack: Return.AFTER_LOGIN },
  4403: { name: "removed", comeBack: Return.NEVER },
  4404: { name: "not_found", comeBack: Return.NEVER },
  4405: { name: "blocked", comeBack: Return.NEVER },
  4406: { name: "locked", comeBack: Return.NEVER },
  4408: { name: "silent", comeBack: Return.YES },
  4409: { name: "replaced", comeBack: Return.WHEN_ASKED },
  4410: { name: "ended", comeBack: Return.NEVER },
  4411: { name: "left", comeBack: Return.WHEN_ASKED },
  4423: { name: "suspended", comeBack: Return.NEVER },
  4429: { name: "too_many_messages", comeBack: Return.YES, atLeast: 15_000 },
  4430: { name: "too_many_connections", comeBack: Return.WHEN_ASKED },
  4432: { name: "too_many_tabs", comeBack: Return.WHEN_ASKED },
  4431: { name: "slow", comeBack: Return.YES },
  4503: { name: "server_restart", comeBack: Return.YES },
};

/** What a person is told. The server's own words are in English: one frame goes to everyone in a Space. */
const WORDS = {
  4400: () => gettext("Too many invalid messages."),
  4401: () => gettext("Log in first."),
  4403: () => gettext("You were removed from this Space."),
  4404: () => gettext("There is no such Space."),
  4405: () => gettext("You cannot be in this Space: its host has blocked you."),
  4406: () => gettext("The Space is locked: only people who are invited can be in it."),
  4408: () => gettext("The connection timed out."),
  4409: () => gettext("The audio moved to another tab or device."),
  4410: () => gettext("The Space has ended."),
  4411: () => gettext("You left the Space."),
  4423: () => gettext("Your account is suspended."),
  4429: () => gettext("Too many messages."),
  4430: () => gettext("Too many people listen from your network without an account. Log in, or try again later."),
  4432: () => gettext("You have this open in too many tabs, devices or programs. Close some of them."),
  4431: () => gettext("Your connection was too slow. Reconnecting."),
  4503: () => gettext("The server is restarting. Reconnecting."),
};

/** Return `{name, comeBack, atLeast, words}` for a close code. A code outside the table means a lost connection, of
 *  which nothing is said. */
export function closeOf(code) {
  return { atLeast: 0, words: WORDS[code], ...(CLOSES[code] ?? { name: "lost", comeBack: Return.YES }) };
}
