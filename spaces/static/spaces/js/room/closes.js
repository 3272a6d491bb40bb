// The server's reasons for closing a socket, and what the page does then. This is the table of docs/protocol.md.

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

/** Return `{name, comeBack, atLeast}` for a close code. A code outside the table means a lost connection. */
export function closeOf(code) {
  return { atLeast: 0, ...(CLOSES[code] ?? { name: "lost", comeBack: Return.YES }) };
}
