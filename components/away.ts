/** What a failed request says when the other side was only away. Pure. */
import { setTimeout as sleep } from "node:timers/promises";

/** The words of Go's HTTP client, which the providers have, of Node's and of Git's. */
const connection =
  /Failed to connect|Couldn't connect|Could not resolve host|Empty reply from server|returned error: 5\d\d|connection refused|ECONNREFUSED|connection reset|ECONNRESET|socket hang up|broken pipe|EPIPE|\bEOF\b|connection lost|TLS handshake timeout|no such host|network is unreachable/;

/** Whether an error says that a connection could not be made, or broke. */
export function connectionBroke(error: string): boolean {
  return connection.test(error);
}

/** How long something that is away is waited for, and how often the same is then tried again. */
export interface AwayPatience {
  readonly totalMs: number;
  readonly pollMs: number;
  readonly retries: number;
}

/**
 * Asks until there is an answer.
 * @param onWait told once, if the first answer does not come
 * @returns whether there was one in time
 */
export async function answers(
  ask: () => Promise<boolean>,
  { totalMs, pollMs }: AwayPatience,
  onWait: () => Promise<void>,
): Promise<boolean> {
  const deadline = Date.now() + totalMs;
  for (let first = true; ; first = false) {
    if (await ask()) return true;
    if (first) await onWait();
    if (Date.now() >= deadline) return false;
    await sleep(pollMs);
  }
}
