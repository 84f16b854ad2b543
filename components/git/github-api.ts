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
const patienceMs = 10_000;

/** Where the REST API is: on a server of one's own below `api/v3`. https://docs.github.com/en/enterprise-server/rest/quickstart */
export function restUrl(baseUrl: string): string {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  const { hostname } = new URL(base);
  const cloud =
    hostname === "api.github.com" || (hostname.startsWith("api.") && hostname.endsWith(".ghe.com"));
  return cloud || base.endsWith("/api/v3/") ? base : `${base}api/v3/`;
}

/**
 * A repository of the owner, with the names of its CI variables; nothing if there is none.
 *
 * @throws when the host does not answer, or answers with an error; the token is not in the message
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
    signal: AbortSignal.timeout(patienceMs),
  });
  if (response.status === 404) return undefined;
  if (!response.ok) {
    const { message = "" } = (await response.json().catch(() => ({}))) as { message?: string };
    throw new Error(`${new URL(response.url).host} answers ${response.status} ${message} to GET ${path}`);
  }
  return (await response.json()) as T;
}
