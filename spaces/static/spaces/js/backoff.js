// How long to wait before the next attempt. Full jitter: a thousand pages that lost the same server must not come back
// in the same moment. The ceiling stays low at first, so that a restart of a few seconds is hardly felt.

const FLOOR = 500;
const CEILINGS = [1_000, 1_500, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 4_000, 8_000, 15_000];

/** Milliseconds before attempt number `attempt` (from 0). */
export function backoff(attempt, random = Math.random) {
  const ceiling = CEILINGS[Math.min(attempt, CEILINGS.length - 1)];
  return FLOOR + random() * (ceiling - FLOOR);
}

export function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
