/**
 * Requests as the official provider's client makes them: 429 and 5xx are tried again, five times, until the time of
 * `ratelimit-reset` where GitLab gives one. A connection that cannot be made is, one that breaks is not: what was sent may have
 * worked.
 * https://gitlab.com/gitlab-org/api/client-go/-/blob/v1.46.0/gitlab.go `retryHTTPCheck`, `retryHTTPBackoff`
 */
import { setTimeout as sleep } from "node:timers/promises";

/** How often more, and the pauses between in milliseconds; `serviceMs` is multiplied by the attempt. */
export interface Retries {
  readonly times: number;
  readonly limitMs: number;
  readonly serviceMs: number;
}

export const officialRetries: Retries = { times: 5, limitMs: 100, serviceMs: 800 };

type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` that tries again. What still fails then is an error in the official client's form: @gitbeaker, which knows no
 * `ratelimit-reset`, would try 429 and 502 ten times more.
 */
export function retrying(fetch: Fetch, retries: Retries = officialRetries): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    for (let attempt = 0; ; attempt += 1) {
      const last = attempt === retries.times;
      let response: Response;
      try {
        response = await whole(await fetch(request.clone()));
      } catch (error) {
        if (last || codeOf(error) !== "ECONNREFUSED") throw broken(request, error);
        await sleep(retries.serviceMs * (attempt + 1));
        continue;
      }
      const { status } = response;
      if (status !== 429 && (status < 500 || status === 501)) return response;
      if (last)
        throw new Error(`${request.method} ${urlOf(request)}: ${status} ${await response.text()}`.trim());
      await sleep(
        status === 429 ? limitPause(response, attempt, retries) : retries.serviceMs * (attempt + 1),
      );
    }
  };
}

function limitPause({ headers }: Response, attempt: number, { limitMs }: Retries): number {
  const reset = Number(headers.get("ratelimit-reset") ?? 0);
  return reset > 0 ? Math.max(limitMs, reset * 1000 - Date.now()) : limitMs * 2 ** attempt;
}

/** An answer that has come to its end. @throws when it breaks off */
async function whole(response: Response): Promise<Response> {
  const { status, headers } = response;
  const body = await response.arrayBuffer();
  return new Response([204, 304].includes(status) ? null : body, { status, headers });
}

/** In the words of Go's client. */
function broken(request: Request, error: unknown): Error {
  const code = codeOf(error);
  const why =
    code === "ECONNREFUSED" ? "connection refused" : code === "ECONNRESET" ? "connection reset" : "EOF";
  const method = request.method.slice(0, 1) + request.method.slice(1).toLowerCase();
  return new Error(`${method} "${urlOf(request)}": ${why}`, { cause: error });
}

/** Without a query, which may say what nobody else is to know. */
function urlOf({ url }: Request): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

function codeOf(error: unknown): string | undefined {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code;
}
