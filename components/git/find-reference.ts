/** Looks a repository up that another stack owns. Reads only. */
import { ask, repositoryPath, type GitHubApi } from "./github/api.ts";
import { administration, get, type GitLabApi, type ProjectPermissions } from "./gitlab/api.ts";
import type { FoundReference } from "./reference.ts";

/**
 * A repository on GitHub; nothing if there is none, or none that the token may see.
 * https://docs.github.com/en/rest/repos/repos#get-a-repository
 *
 * @throws {HostAwayError} when the host does not answer
 */
export async function findGitHubReference(api: GitHubApi, name: string): Promise<FoundReference | undefined> {
  const found = await ask<{
    name: string;
    node_id: string;
    html_url: string;
    clone_url: string;
    ssh_url: string;
    archived: boolean;
    permissions?: { admin: boolean };
  }>(api, { path: repositoryPath(api, name) });
  // A renamed repository answers under its old name too.
  if (found?.name.toLowerCase() !== name.toLowerCase()) return undefined;
  return {
    id: found.node_id,
    name: found.name,
    webUrl: found.html_url,
    httpUrl: found.clone_url,
    sshUrl: found.ssh_url,
    archived: found.archived,
    ...(found.permissions && { administered: found.permissions.admin }),
  };
}

/**
 * A project on GitLab; nothing if there is none, or none that the token may see.
 * https://docs.gitlab.com/api/projects/#get-a-single-project
 *
 * @throws {HostAwayError} when the host does not answer
 */
export async function findGitLabReference(api: GitLabApi, name: string): Promise<FoundReference | undefined> {
  const path = `${api.owner}/${name}`;
  const found = (
    await get<{
      id: number;
      path: string;
      path_with_namespace: string;
      web_url: string;
      http_url_to_repo: string;
      ssh_url_to_repo: string;
      archived?: boolean;
      marked_for_deletion_on?: string | null;
      permissions?: ProjectPermissions;
    }>(api, `projects/${encodeURIComponent(path)}`)
  )?.body;
  // One that was renamed, or is to be deleted, answers under its old path too.
  if (found?.path_with_namespace.toLowerCase() !== path.toLowerCase()) return undefined;
  if (typeof found.marked_for_deletion_on === "string") return undefined;
  return {
    id: String(found.id),
    name: found.path,
    webUrl: found.web_url,
    httpUrl: found.http_url_to_repo,
    sshUrl: found.ssh_url_to_repo,
    archived: found.archived ?? false,
    ...administration(found.permissions),
  };
}
