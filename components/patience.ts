/** Trying again what may be away for a moment. */
import { setTimeout } from "node:timers/promises";

/** How often something is tried, and how long the first pause is; each is longer than the one before by as much. */
export interface Patience {
  readonly attempts: number;
  readonly pauseMs: number;
}

/** All pauses together, in seconds: how long something may be away. */
export function patienceSeconds({ attempts, pauseMs }: Patience): number {
  return Math.round((pauseMs * attempts * (attempts - 1)) / 2 / 100) / 10;
}

/**
 * Does something again until it works, as often as patience allows. What is done has to be harmless when done twice.
 *
 * @param passing whether an error may pass by itself, or in how many milliseconds at the earliest; any other ends it at once
 * @param onPause told of the first error, before the first pause
 * @throws the last error
 */
export async function patiently<T>(
  work: () => Promise<T>,
  patience: Patience,
  passing: (error: unknown) => boolean | number,
  onPause: (error: unknown) => void = () => undefined,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const passes = attempt < patience.attempts && passing(error);
      if (passes === false) throw error;
      if (attempt === 1) onPause(error);
      await setTimeout(Math.max(patience.pauseMs * attempt, passes === true ? 0 : passes));
    }
  }
}
