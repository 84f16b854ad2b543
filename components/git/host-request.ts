/** Requests to a Git host's REST API, whichever host it is. */
import { limitEnd, limitOf } from "./rate-limit.ts";

/** How to reach a host's API. */
export interface HostApi {
  /** Who owns the repositories: an organisation, a group by its full path, or a user. */
  readonly owner: string;
  /** Where the host is, or its API, with a path of its own or without. */
  readonly baseUrl: string;
  readonly token: string | undefined;
}

/** A request: its path below the API's address, and what it is about. */
export interface HostRequest {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/** How long an answer may take. */
const answerMs = 10_000;

/** The longest that a host is obeyed that wants to be left alone; a preview does not wait that long. */
export const longestWaitMs = { update: 120_000, preview: 5_000 };

/**
 * For how long a limit lasts that the host does not tell the end of: GitHub wants a minute at least, and GitLab counts by the
 * minute. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export const untoldLimitMs = 60_000;

/** The host does not answer, or not now. */
export class HostAwayError extends Error {
  /** How long it wants to be left alone, where it says so. */
  readonly waitMs: number | undefined;

  constructor(message: string, waitMs?: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** The host does not know the token, or it has ended. */
export class TokenRefusedError extends Error {}

/** A request's answer, whatever it says. @throws {HostAwayError} when there is none */
export async function request(url: string, init: RequestInit): Promise<Response> {
  return await fetch(url, { ...init, signal: AbortSignal.timeout(answerMs) }).catch((error: unknown) => {
    throw new HostAwayError(`${new URL(url).host} does not answer (${reasonOf(error)})`);
  });
}

/** The JSON of an answer. @throws {HostAwayError} when it breaks off in the middle, or takes too long */
export async function jsonOf<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new HostAwayError(`${new URL(response.url).host} broke off its answer (${reasonOf(error)})`);
  }
}

/**
 * The error for an answer that is no success: a {@link HostAwayError} for 5xx, for a limit of requests and for a conflict of
 * writes, which pass by themselves, and a {@link TokenRefusedError} for 401.
 *
 * @param words what the host says
 * @param what the request's method and path: no secrets
 */
export function refusal(response: Response, words: string, what: string): Error {
  const { url, status } = response;
  const said = `${new URL(url).host} answers ${status} ${words} to ${what}`;
  const limit = limitOf(response, words, Date.now());
  if (limit !== undefined) {
    const { waitMs = untoldLimitMs } = limit;
    return new HostAwayError(`${said}; it takes requests again ${limitEnd(waitMs, Date.now())}`, waitMs);
  }
  // Somebody is changing the same at this moment; what reads has other reasons, such as a repository that is empty.
  if (status >= 500 || (status === 409 && !what.startsWith("GET "))) return new HostAwayError(said);
  return status === 401 ? new TokenRefusedError(said) : new Error(said);
}

/** How a host is now. */
export interface HostState {
  /** Whether it answers. */
  readonly there: boolean;
  /** How long it wants to be left alone. */
  readonly waitMs?: number | undefined;
}

/** How a host is, by what becomes of a small request: an answer that refuses is one. */
export async function hostState(ask: () => Promise<unknown>): Promise<HostState> {
  try {
    await ask();
    return { there: true };
  } catch (error) {
    if (!(error instanceof HostAwayError)) return { there: true };
    // A host that limits requests is there.
    return { there: error.waitMs !== undefined, waitMs: error.waitMs };
  }
}

/**
 * Whether an error passes by itself: no, yes, or after so many milliseconds.
 *
 * @param longestMs longer than this nobody waits, whatever the host wants
 */
export function passing(error: unknown, longestMs: number = longestWaitMs.update): boolean | number {
  if (!(error instanceof HostAwayError)) return false;
  return error.waitMs === undefined || (error.waitMs <= longestMs && error.waitMs);
}

/** "ECONNREFUSED", "The operation was aborted due to timeout": what `fetch` has as its cause says more than itself. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
