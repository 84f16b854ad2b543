/** Requests to a Git host's REST API, whichever host it is. */

/** How long an answer may take. */
const answerMs = 10_000;

/** The host does not answer, or not now. */
export class HostAwayError extends Error {}

/** The host does not know the token, or it has ended. */
export class TokenRefusedError extends Error {}

/** A request's answer, whatever it says. @throws {HostAwayError} when there is none */
export async function request(url: string, init: RequestInit): Promise<Response> {
  return await fetch(url, { ...init, signal: AbortSignal.timeout(answerMs) }).catch((error: unknown) => {
    throw new HostAwayError(`${new URL(url).host} does not answer (${reasonOf(error)})`);
  });
}

/** Whether an API answers, whatever it says: 5xx is no answer. */
export async function apiAnswers(url: string): Promise<boolean> {
  return await request(url, {}).then(
    ({ status }) => status < 500,
    () => false,
  );
}

/**
 * The error for an answer that is no success: a {@link HostAwayError} for 5xx and 429, which pass by themselves, and a
 * {@link TokenRefusedError} for 401.
 *
 * @param words what the host says
 * @param what the request's method and path: no secrets
 */
export function refusal({ url, status }: Response, words: string, what: string): Error {
  const said = `${new URL(url).host} answers ${status} ${words} to ${what}`;
  if (status >= 500 || status === 429) return new HostAwayError(said);
  return status === 401 ? new TokenRefusedError(said) : new Error(said);
}

/** "ECONNREFUSED", "The operation was aborted due to timeout": what `fetch` has as its cause says more than itself. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
