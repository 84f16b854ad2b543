/** GitHub's REST API, in the few requests that the provider has no resource for. */
import { foundName, type FoundRepository } from "../adoption.ts";
import {
  hostState,
  jsonOf,
  refusal,
  request,
  type HostApi,
  type HostRequest,
  type HostState,
} from "../host-request.ts";

/** How to reach the API: by `https://api.github.com/`, or by the address of a server of one's own. */
export type GitHubApi = HostApi;

/** Where the REST API is: on a server of one's own below `api/v3`. https://docs.github.com/en/enterprise-server/rest/quickstart */
export function restUrl(baseUrl: string): string {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  const { hostname } = new URL(base);
  const cloud =
    hostname === "api.github.com" || (hostname.startsWith("api.") && hostname.endsWith(".ghe.com"));
  return cloud || base.endsWith("/api/v3/") ? base : `${base}api/v3/`;
}

/** The path of a repository, below the API's address. */
export const repositoryPath = ({ owner }: GitHubApi, name: string): string =>
  `repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;

/**
 * The answer to a request; nothing where there is no such thing, or no content.
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws when it answers with another error; the token is not in either message
 */
export async function ask<T>(api: GitHubApi, wanted: HostRequest): Promise<T | undefined> {
  const response = await respond(api, wanted);
  if (response.status === 404 || response.status === 204) return undefined;
  if (!response.ok) throw await refusalOf(response, wanted);
  return await jsonOf<T>(response);
}

/** A request's answer, whatever it says. @throws {HostAwayError} when there is none */
export async function respond({ baseUrl, token }: GitHubApi, wanted: HostRequest): Promise<Response> {
  const { method = "GET", path, body } = wanted;
  return await request(`${restUrl(baseUrl)}${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      "user-agent": "slipway",
      "x-github-api-version": "2022-11-28",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** The error for an answer that is no success, in GitHub's words. */
export async function refusalOf(response: Response, { method = "GET", path }: HostRequest): Promise<Error> {
  const { message = "" } = (await response.json().catch(() => ({}))) as { message?: string };
  return refusal(response, message, `${method} ${path}`);
}

/**
 * How the host is: whether it answers the token, and whether it limits its requests. The endpoint counts for no limit; a
 * server without limits has none. https://docs.github.com/rest/rate-limit/rate-limit
 */
export async function githubState(api: GitHubApi): Promise<HostState> {
  return await hostState(() => ask(api, { path: "rate_limit" }));
}

/**
 * All items of a list, from all its pages; none where there is no such list.
 *
 * @param perPage the most that the endpoint gives at once
 * @param member what holds the items where a page is not the list itself
 * @see https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export async function askAll<T>(
  api: GitHubApi,
  path: string,
  perPage: number,
  member?: string,
): Promise<T[]> {
  const all: T[] = [];
  for (let number = 1; ; number += 1) {
    const page: unknown = await ask(api, { path: `${path}?per_page=${perPage}&page=${number}` });
    const items = (member === undefined ? page : (page as Record<string, unknown> | undefined)?.[member]) as
      T[] | undefined;
    all.push(...(items ?? []));
    if ((items ?? []).length < perPage) return all;
  }
}

/**
 * A repository of the owner, with the names of its CI variables; nothing if there is none.
 *
 * @throws as {@link ask}
 */
export async function findGitHubRepository(
  api: GitHubApi,
  name: string,
): Promise<FoundRepository | undefined> {
  const path = repositoryPath(api, name);
  const repository = await ask<{
    name: string;
    description: string | null;
    topics?: string[];
    visibility?: string;
    archived: boolean;
    permissions?: { admin: boolean };
  }>(api, { path });
  // A renamed repository answers under its old name too, which is free for a new one.
  if (repository?.name.toLowerCase() !== name.toLowerCase()) return undefined;
  const administered = repository.permissions?.admin;
  // Nobody else may list them.
  const variables = administered === false ? [] : await variablesOf(api, path);
  return {
    name: repository.name,
    description: repository.description ?? "",
    topics: repository.topics ?? [],
    visibility: repository.visibility ?? "private",
    archived: repository.archived,
    ...(administered !== undefined && { administered }),
    variables,
  };
}

/** Names of a repository's variables, and of those of its environments. */
async function variablesOf(api: GitHubApi, repository: string): Promise<string[]> {
  const path = `${repository}/actions/variables`;
  const variables = await askAll<{ name: string }>(api, path, 30, "variables");
  return [...variables.map(({ name }) => name), ...(await environmentVariables(api, repository))];
}

/** Names of the variables of a repository's environments. */
async function environmentVariables(api: GitHubApi, repository: string): Promise<string[]> {
  const path = `${repository}/environments`;
  const environments = await askAll<{ name: string }>(api, path, 100, "environments");
  const found = await Promise.all(
    environments.map(async ({ name: environment }) => {
      const below = `${path}/${encodeURIComponent(environment)}/variables`;
      const variables = await askAll<{ name: string }>(api, below, 30, "variables");
      return variables.map(({ name }) => foundName(name, environment));
    }),
  );
  return found.flat();
}

/** Whether nothing was ever pushed to a repository. @throws as {@link ask} */
export async function isEmptyRepository(api: GitHubApi, name: string): Promise<boolean> {
  const path = `${repositoryPath(api, name)}/branches?per_page=1`;
  const branches = await ask<readonly unknown[]>(api, { path });
  return branches?.length === 0;
}

/** Gives a repository its topics, and no others. @throws as {@link ask} */
export async function setTopics(api: GitHubApi, name: string, names: readonly string[]): Promise<void> {
  await ask(api, { method: "PUT", path: `${repositoryPath(api, name)}/topics`, body: { names } });
}
