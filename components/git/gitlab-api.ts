/** The few reads of GitLab's REST API that come before the provider's. */
import type { FoundRepository } from "./adoption.ts";
import { refusal, request } from "./host-request.ts";

/** How to reach the API. */
export interface GitLabApi {
  /** Full path of the group or user that owns the projects. */
  readonly owner: string;
  /** The host's address, `https://gitlab.com/`, or its API's. */
  readonly baseUrl: string;
  readonly token: string | undefined;
}

/** The most items that GitLab gives at once: https://docs.gitlab.com/api/rest/#pagination */
const perPage = 100;

/** Where the REST API is, with a slash at its end. */
export function gitlabApiUrl(baseUrl: string): string {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  return base.endsWith("/api/v4/") ? base : `${base}api/v4/`;
}

/**
 * The number of the group or user that a path names; nothing if there is none, or the token may not see it.
 * https://docs.gitlab.com/api/namespaces/#get-details-on-a-namespace
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws when it answers with another error; the token is not in either message
 */
export async function findGitLabNamespace(api: GitLabApi): Promise<number | undefined> {
  const answer = await get<{ id: number }>(api, `namespaces/${encodeURIComponent(api.owner)}`);
  return answer?.body.id;
}

/**
 * A project of the owner, with the names of its CI variables; nothing if there is none.
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws when it answers with another error; the token is not in either message
 */
export async function findGitLabProject(api: GitLabApi, name: string): Promise<FoundRepository | undefined> {
  const path = `${api.owner}/${name}`;
  const answer = await get<{
    id: number;
    path: string;
    path_with_namespace: string;
    description: string | null;
    topics?: string[];
    visibility?: string;
    archived?: boolean;
    marked_for_deletion_at?: string | null;
    marked_for_deletion_on?: string | null;
  }>(api, `projects/${encodeURIComponent(path)}`);
  const project = answer?.body;
  // One that was renamed, or is to be deleted, answers under its old path too, which is free for a new one.
  if (project?.path_with_namespace.toLowerCase() !== path.toLowerCase()) return undefined;
  if ((project.marked_for_deletion_at ?? project.marked_for_deletion_on ?? undefined) !== undefined)
    return undefined;
  return {
    id: String(project.id),
    name: project.path,
    description: project.description ?? "",
    topics: project.topics ?? [],
    visibility: project.visibility ?? "private",
    archived: project.archived ?? false,
    variables: await variableNames(api, project.id),
  };
}

/** Names of the variables that every environment gets; others are not Slipway's. */
async function variableNames(api: GitLabApi, project: number): Promise<string[]> {
  const names: string[] = [];
  for (let page: string | undefined = "1"; page !== undefined;) {
    const query: string = `per_page=${perPage}&page=${page}`;
    const answer: Answer<{ key: string; environment_scope: string }[]> | undefined = await get(
      api,
      `projects/${project}/variables?${query}`,
    );
    const variables = answer?.body ?? [];
    names.push(...variables.filter((one) => one.environment_scope === "*").map(({ key }) => key));
    page = answer?.nextPage;
  }
  return names;
}

interface Answer<T> {
  readonly body: T;
  readonly nextPage: string | undefined;
}

async function get<T>({ baseUrl, token }: GitLabApi, path: string): Promise<Answer<T> | undefined> {
  const response = await request(`${gitlabApiUrl(baseUrl)}${path}`, {
    headers: {
      accept: "application/json",
      "user-agent": "slipway",
      ...(token !== undefined && { "private-token": token }),
    },
  });
  if (response.status === 404) return undefined;
  if (!response.ok) {
    const said = (await response.json().catch(() => ({}))) as { message?: unknown; error?: unknown };
    const words = said.message ?? said.error ?? "";
    throw refusal(response, typeof words === "string" ? words : JSON.stringify(words), `GET ${path}`);
  }
  const next = response.headers.get("x-next-page") ?? "";
  return { body: (await response.json()) as T, nextPage: next === "" ? undefined : next };
}
