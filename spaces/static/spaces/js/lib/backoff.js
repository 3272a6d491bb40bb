// The wait before the next attempt. It has full jitter: a thousand pages that lost the same server must not come back
// in the same moment. The ceiling is low at first, so that users hardly notice a restart of a few seconds.

const FLOOR = 500;
const CEILINGS = [1_000, 1_500, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 4_000, 8_000, 15_000];

/** Return the milliseconds to wait before attempt number `attempt` (from 0). */
export function backoff(attempt, random = Math.random) {
  const ceiling = CEILINGS[Math.min(attempt, CEILINGS.length - 1)];
  return FLOOR + random() * (ceiling - FLOOR);
}

export function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
