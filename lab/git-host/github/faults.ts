/** Answers of a GitHub that does not do what it was asked, as its documentation has them; for a test to order. */
import type { FaultyAnswer } from "../faults.ts";

const limits = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
export const gitHubFaults = {
  /**
   * A secondary limit: too much at once.
   *
   * @param seconds until it ends; left out, GitHub does not say
   */
  secondaryLimit: (status: 403 | 429, seconds?: number): FaultyAnswer => ({
    status,
    headers: {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "4321",
      "x-ratelimit-reset": String(inSeconds(3600)),
      ...(seconds !== undefined && { "retry-after": String(seconds) }),
    },
    body: {
      message:
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. " +
        "If you reach out to GitHub Support for help, please include the request ID 0123:4567:89AB.",
      documentation_url: `${limits}#about-secondary-rate-limits`,
    },
  }),
  /** The limit of an hour is used up. @param seconds until the next hour begins */
  primaryLimit: (status: 403 | 429, seconds: number): FaultyAnswer => ({
    status,
    headers: {
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-used": "5000",
      "x-ratelimit-resource": "core",
      "x-ratelimit-reset": String(inSeconds(seconds)),
    },
    body: {
      message:
        "API rate limit exceeded for user ID 1. If you reach out to GitHub Support for help, please include …",
      documentation_url: limits,
      status: String(status),
    },
  }),
  unavailable: (status: 500 | 502 | 503 | 504): FaultyAnswer => ({
    status,
    body: { message: "Server Error", documentation_url: "https://docs.github.com/rest" },
  }),
  /** Two writes at once, or the first one is not everywhere yet. */
  conflict: { status: 409, body: message("Conflict", 409) },
  /** What was made a moment ago is not everywhere yet. */
  notThereYet: { status: 404, body: message("Not Found", 404) },
  /** Also for a token that has expired, or was revoked. */
  badCredentials: { status: 401, body: message("Bad credentials", 401) },
} satisfies Record<string, FaultyAnswer | ((...args: never[]) => FaultyAnswer)>;

function message(text: string, status: number): object {
  return { message: text, documentation_url: "https://docs.github.com/rest", status: String(status) };
}

const inSeconds = (seconds: number) => Math.ceil(Date.now() / 1000) + seconds;
