/** GitLab's REST API, in the few requests that the provider has no resource for. */
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

/** How to reach the API: by the host's address, `https://gitlab.com/`, or by the API's. */
export type GitLabApi = HostApi;

/** The most items that GitLab gives at once: https://docs.gitlab.com/api/rest/#pagination */
const perPage = 100;

/** Where the REST API is, with a slash at its end. */
export function gitlabApiUrl(baseUrl: string): string {
  const base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
  return base.endsWith("/api/v4/") ? base : `${base}api/v4/`;
}

/** A group or a user's own namespace, as it owns projects. */
export interface GitLabNamespace {
  readonly id: number;
  readonly kind: "group" | "user";
  /** Of gitlab.com, and told to who may administer the namespace: `free`, `premium`, `ultimate`. Others have `default`. */
  readonly plan?: string;
  readonly trial?: boolean;
}

/**
 * The group or user that a path names; nothing if there is none, or the token may not see it.
 * https://docs.gitlab.com/api/namespaces/#get-details-on-a-namespace
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws when it answers with another error; the token is not in either message
 */
export async function findGitLabNamespace(api: GitLabApi): Promise<GitLabNamespace | undefined> {
  return (await get<GitLabNamespace>(api, `namespaces/${encodeURIComponent(api.owner)}`))?.body;
}

/** A variable of a group, by the group's number or path; nothing if there is none. @throws as {@link askGitLab} */
export async function findGitLabGroupVariable(
  api: GitLabApi,
  group: string,
  key: string,
): Promise<{ readonly description: string | null } | undefined> {
  return await askGitLab<{ description: string | null }>(api, { path: groupVariablePath(group, key) });
}

/** Removes a variable of a group; no error where there is none. @throws as {@link askGitLab} */
export async function removeGitLabGroupVariable(api: GitLabApi, group: string, key: string): Promise<void> {
  await askGitLab(api, { method: "DELETE", path: groupVariablePath(group, key) });
}

/** Without its scope a key may name several: the group's own is that of all environments. */
const groupVariablePath = (group: string, key: string) =>
  `groups/${encodeURIComponent(group)}/variables/${encodeURIComponent(key)}?filter[environment_scope]=*`;

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
    permissions?: ProjectPermissions;
  }>(api, `projects/${encodeURIComponent(path)}`);
  const project = answer?.body;
  // One that was renamed, or is to be deleted, answers under its old path too, which is free for a new one.
  if (project?.path_with_namespace.toLowerCase() !== path.toLowerCase()) return undefined;
  if ((project.marked_for_deletion_at ?? project.marked_for_deletion_on ?? undefined) !== undefined)
    return undefined;
  const rights = administration(project.permissions);
  return {
    id: String(project.id),
    name: project.path,
    description: project.description ?? "",
    topics: project.topics ?? [],
    visibility: project.visibility ?? "private",
    archived: project.archived ?? false,
    ...rights,
    // Nobody else may list them.
    variables: rights.administered === false ? [] : await variableNames(api, project.id),
  };
}

/** Somebody's roles in a project, by itself and by its group. */
export interface ProjectPermissions {
  readonly project_access?: { readonly access_level: number } | null;
  readonly group_access?: { readonly access_level: number } | null;
}

/** The role that changes settings, and adds keys and variables: https://docs.gitlab.com/user/permissions/#project-permissions */
const maintainer = 40;

/** Whether the token may change a project; an administrator has no role there, and all rights. */
export function administration(permissions: ProjectPermissions = {}): { readonly administered?: boolean } {
  const { project_access: own, group_access: inherited } = permissions;
  const levels = [own, inherited].flatMap((access) => access?.access_level ?? []);
  return levels.length === 0 ? {} : { administered: Math.max(...levels) >= maintainer };
}

/**
 * Whether the host is an Enterprise Edition, on whatever plan. https://docs.gitlab.com/api/metadata/
 *
 * @throws as {@link findGitLabNamespace}
 */
export async function isGitLabEnterprise(api: GitLabApi): Promise<boolean> {
  const answer = await get<{ enterprise?: boolean }>(api, "metadata");
  return answer?.body.enterprise === true;
}

/** Names of the variables, with their environments. */
async function variableNames(api: GitLabApi, project: number): Promise<string[]> {
  const all = await askGitLabAll<{ key: string; environment_scope: string }>(
    api,
    `projects/${project}/variables`,
  );
  return all.map(({ key, environment_scope: scope }) => foundName(key, scope === "*" ? undefined : scope));
}

/** How the host is: whether it answers the token, and whether it limits its requests. */
export async function gitlabState(api: GitLabApi): Promise<HostState> {
  return await hostState(() => get(api, "version"));
}

/**
 * The answer to a request; nothing where there is no such thing, or no content.
 *
 * @throws {HostAwayError} when the host does not answer, with 5xx or 429, or breaks off
 * @throws when it answers with another error; the token is not in either message
 */
export async function askGitLab<T>(api: GitLabApi, wanted: HostRequest): Promise<T | undefined> {
  return (await answerTo<T>(api, wanted))?.body;
}

/**
 * All items of a list, from all its pages; none where there is no such list.
 * https://docs.gitlab.com/api/rest/#pagination
 */
export async function askGitLabAll<T>(api: GitLabApi, path: string): Promise<T[]> {
  const all: T[] = [];
  for (let page: string | undefined = "1"; page !== undefined;) {
    const answer: Answer<T[]> | undefined = await get(api, `${path}?per_page=${perPage}&page=${page}`);
    all.push(...(answer?.body ?? []));
    page = answer?.nextPage;
  }
  return all;
}

/** An answer, and where it goes on. */
export interface Answer<T> {
  readonly body: T;
  readonly nextPage: string | undefined;
}

/** The answer to a GET, with the number of the next page; nothing where there is no such thing. */
export async function get<T>(api: GitLabApi, path: string): Promise<Answer<T> | undefined> {
  return await answerTo<T>(api, { path });
}

async function answerTo<T>(api: GitLabApi, wanted: HostRequest): Promise<Answer<T> | undefined> {
  const response = await respond(api, wanted);
  if (response.status === 404 || response.status === 204) return undefined;
  if (!response.ok) throw await refusalOf(response, wanted);
  const next = response.headers.get("x-next-page") ?? "";
  return { body: await jsonOf<T>(response), nextPage: next === "" ? undefined : next };
}

/** What GitLab answers, whatever it says. @throws {HostAwayError} when there is no answer */
export async function respond(
  { baseUrl, token }: GitLabApi,
  { method = "GET", path, body }: HostRequest,
): Promise<Response> {
  return await request(`${gitlabApiUrl(baseUrl)}${path}`, {
    method,
    headers: {
      accept: "application/json",
      "user-agent": "slipway",
      ...(token !== undefined && { "private-token": token }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** The error for an answer that is no success, in GitLab's words. */
export async function refusalOf(response: Response, { method = "GET", path }: HostRequest): Promise<Error> {
  const said = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const words = said["message"] ?? said["error_description"] ?? said["error"] ?? "";
  return refusal(response, typeof words === "string" ? words : JSON.stringify(words), `${method} ${path}`);
}
