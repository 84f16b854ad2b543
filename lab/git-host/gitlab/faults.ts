/** Answers of a GitLab that does not do what it was asked, as its documentation has them; for a test to order. */
import type { FaultyAnswer } from "../faults.ts";

export const gitLabFaults = {
  /**
   * Too many requests: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#use-a-custom-rate-limit-response
   *
   * @param seconds until there may be more
   */
  rateLimited: (seconds: number): FaultyAnswer => {
    const reset = Math.ceil(Date.now() / 1000) + seconds;
    return {
      status: 429,
      headers: {
        "ratelimit-limit": "600",
        "ratelimit-name": "throttle_authenticated_api",
        "ratelimit-observed": "601",
        "ratelimit-remaining": "0",
        "ratelimit-reset": String(reset),
        "ratelimit-resettime": new Date(reset * 1000).toUTCString(),
        "retry-after": String(seconds),
      },
      body: "Retry later\n",
    };
  },
  /** What a proxy in front of GitLab says when that does not answer it. */
  unavailable: (status: 500 | 502 | 503 | 504): FaultyAnswer =>
    status === 500
      ? { status, body: { message: "500 Internal Server Error" } }
      : { status, body: "GitLab is not responding\n" },
  /** The same is being changed by somebody else: https://docs.gitlab.com/api/rest/troubleshooting/#status-code-409 */
  conflict: { status: 409, body: { message: "409 Conflict: Resource lock" } },
  /** What was made a moment ago is not everywhere yet. */
  notThereYet: { status: 404, body: { message: "404 Project Not Found" } },
  /** https://docs.gitlab.com/api/rest/authentication/ */
  expiredToken: {
    status: 401,
    body: {
      error: "invalid_token",
      error_description: "Token is expired. You can either do re-authorization or token refresh.",
    },
  },
} satisfies Record<string, FaultyAnswer | ((...args: never[]) => FaultyAnswer)>;
