/** Seconds that a process must have run for its earlier crashes to be forgotten. */
export const CALM_SECONDS = 120;

const CAP_SECONDS = 60;

/**
 * Seconds to wait before the next start after `crashes` quick ends in a row: the first restart is immediate, then
 * 1, 2, 4 … up to 60. The kubelet begins at 10 s and ends at 300; a lab is for watching it happen.
 */
export function backoffSeconds(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(2 ** (crashes - 2), CAP_SECONDS);
}

/** The number of crashes in a row, after one more end of a process that ran for `ranSeconds`. */
export function crashesInRow(before: number, ranSeconds: number): number {
  return ranSeconds >= CALM_SECONDS ? 1 : before + 1;
}
