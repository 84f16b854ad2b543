/** How long a host that limits requests wants to be left alone: from its headers, or from what a provider says of it. Pure. */

/** As much of an answer as decides. */
export interface LimitedAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
}

/** A limit, and for how long it lasts; unknown where the host does not say. */
export interface Limit {
  readonly waitMs?: number;
}

/**
 * The limit that an answer speaks of; nothing for any other answer. GitHub says it by 403 or 429, with `retry-after`, or
 * with nothing left and the time of the reset; GitLab by 429 with both.
 *
 * @param words what the host says
 * @param now milliseconds since 1970
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
 */
export function limitOf({ status, headers }: LimitedAnswer, words: string, now: number): Limit | undefined {
  const usedUp = (headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining")) === "0";
  const limited = status === 429 || (status === 403 && (usedUp || limitWords.test(words)));
  if (!limited && !(status >= 500 && headers.get("retry-after") !== null)) return undefined;
  const after = afterRetry(headers.get("retry-after"), now);
  const reset =
    Number(headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset") ?? NaN) * 1000 - now;
  const waitMs = after ?? (usedUp && Number.isFinite(reset) ? reset : undefined);
  return waitMs === undefined ? {} : { waitMs: Math.max(0, waitMs) };
}

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function afterRetry(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? ms : undefined;
}

/** GitHub's words for both of its limits; go-github has some of its own where it does not even ask. */
const limitWords = /rate limit (?:of \S+ still )?exceeded|secondary rate limit|abuse detection/i;

/**
 * Whether an error of a provider or of Git speaks of a limit, and how long go-github says that it lasts:
 * `[rate reset in 12m03s]`. https://github.com/google/go-github/blob/v82.0.0/github/github.go
 */
export function limitIn(error: string): Limit | undefined {
  if (!limitWords.test(error) && !/(?:: |answers |returned error: |HTTP )429\b/.test(error)) return undefined;
  const [, hours = "", minutes = "", seconds] =
    /rate reset in (?:(\d+)h)?(?:(\d+)m)?(\d+)s/.exec(error) ?? [];
  if (seconds === undefined) return {};
  return { waitMs: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 };
}

/** When a limit ends, for people: `in 12 min, at 22:31:05 UTC`. */
export function limitEnd(waitMs: number, now: number): string {
  const minutes = Math.ceil(waitMs / 60_000);
  const length = waitMs < 120_000 ? `${Math.ceil(waitMs / 1000)} s` : `${minutes} min`;
  return `in ${length}, at ${new Date(now + waitMs).toISOString().slice(11, 19)} UTC`;
}
