/** Requests an hour; far from ever reached, as nothing here is limited. */
const limit = 15_000;

/** The rate limit as it always stands: one request used, an hour to go. */
export function rateLimit(): { limit: number; remaining: number; used: number; reset: number } {
  return { limit, remaining: limit - 1, used: 1, reset: Math.floor(Date.now() / 1000) + 3600 };
}
