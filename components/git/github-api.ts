/** The few reads of GitHub's REST API that come before the provider's. */
import type { FoundRepository } from "./adoption.ts";

/** How to reach the API. */
export interface GitHubApi {
  readonly owner: string;
  /** As the provider takes it: `https://api.github.com/`, or the address of a server of one's own. */
  readonly baseUrl: string;
  readonly token: string | undefined;
}

/** How long an answer may take. */
const answerMs = 10_000;

/** The host does not answer, or not now. */
export class HostAwayError extends Error {}

/** Where the REST API is: on a server of one's own below `api/v3`. https://docs.github.com/en/enterprise-server/rest/quickstart */
export function restUrl(baseUrl: string): string {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  const { hostname } = new URL(base);
  const cloud =
    hostname === "api.github.com" || (hostname.startsWith("api.") && hostname.endsWith(".ghe.com"));
  return cloud || base.endsWith("/api/v3/") ? base : `${base}api/v3/`;
}

/** Whether the API answers, whatever it says: 5xx is no answer. */
export async function githubAnswers(baseUrl: string): Promise<boolean> {
  const request = fetch(restUrl(baseUrl), { signal: AbortSignal.timeout(answerMs) });
  return await request.then(
    ({ status }) => status < 500,
    () => false,
  );
}

/**
 * A repository of the owner, with the names of its CI variables; nothing if there is none.
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws when it answers with another error; the token is not in either message
 */
export async function findGitHubRepository(
  api: GitHubApi,
  name: string,
): Promise<FoundRepository | undefined> {
  const at = `repos/${encodeURIComponent(api.owner)}/${encodeURIComponent(name)}`;
  const repository = await get<{
    name: string;
    description: string | null;
    topics?: string[];
    visibility?: string;
    archived: boolean;
  }>(api, at);
  // A renamed repository answers under its old name too, which is free for a new one.
  if (repository?.name.toLowerCase() !== name.toLowerCase()) return undefined;
  // Names are what is needed; 30 is the most that the endpoint gives at once.
  const listed = await get<{ variables: { name: string }[] }>(api, `${at}/actions/variables?per_page=30`);
  return {
    name: repository.name,
    description: repository.description ?? "",
    topics: repository.topics ?? [],
    visibility: repository.visibility ?? "private",
    archived: repository.archived,
    variables: (listed?.variables ?? []).map((variable) => variable.name),
  };
}

async function get<T>({ baseUrl, token }: GitHubApi, path: string): Promise<T | undefined> {
  const response = await fetch(`${restUrl(baseUrl)}${path}`, {
    headers: {
      accept: "application/vnd.github+json",
      "user-agent": "slipway",
      "x-github-api-version": "2022-11-28",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    signal: AbortSignal.timeout(answerMs),
  }).catch((error: unknown) => {
    throw new HostAwayError(`${new URL(baseUrl).host} does not answer (${reasonOf(error)})`);
  });
  if (response.status === 404) return undefined;
  if (!response.ok) {
    const { message = "" } = (await response.json().catch(() => ({}))) as { message?: string };
    const said = `${new URL(response.url).host} answers ${response.status} ${message} to GET ${path}`;
    throw response.status >= 500 || response.status === 429 ? new HostAwayError(said) : new Error(said);
  }
  return (await response.json()) as T;
}

/** "ECONNREFUSED", "The operation was aborted due to timeout": what `fetch` has as its cause says more than itself. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
