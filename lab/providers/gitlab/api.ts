/** GitLab's REST API on this machine: https://docs.gitlab.com/api/rest/ */
import {
  DeployKeys,
  GitbeakerRequestError,
  MergeRequestApprovals,
  Metadata,
  ProjectHooks,
  GroupVariables,
  ProjectAccessTokens,
  ProjectJobTokenScopes,
  Projects,
  ProjectVariables,
  ProtectedBranches,
  Users,
} from "@gitbeaker/rest";

/** Clients of the parts in use. */
export interface GitLabApi {
  readonly projects: Projects;
  readonly deployKeys: DeployKeys;
  readonly variables: ProjectVariables;
  readonly hooks: ProjectHooks;
  readonly groupVariables: GroupVariables;
  readonly projectTokens: ProjectAccessTokens;
  readonly jobTokenScopes: ProjectJobTokenScopes;
  readonly protectedBranches: ProtectedBranches;
  readonly approvals: MergeRequestApprovals;
  readonly metadata: Metadata;
  readonly users: Users;
}

/**
 * The API at an address as the official provider takes it: with `api/v4/` at its end or without.
 *
 * @throws when the address is not on this machine: a stand-in must not change what is real
 */
export function connect(baseUrl: string, token: string): GitLabApi {
  if (!URL.canParse(baseUrl)) throw new Error(`baseUrl: "${baseUrl}" is not a URL`);
  const { hostname } = new URL(baseUrl);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) {
    throw new Error(
      `this is the lab's stand-in for the GitLab plugin, and talks to 127.0.0.1 only, not to ${hostname}: ` +
        "install the official one (`pulumi plugin install resource gitlab`), outside of the lab's environment",
    );
  }
  const host = baseUrl.replace(/\/(api\/v4\/?)?$/, "");
  const options = { host, token, queryTimeout: 60_000 };
  return {
    projects: new Projects(options),
    deployKeys: new DeployKeys(options),
    variables: new ProjectVariables(options),
    hooks: new ProjectHooks(options),
    groupVariables: new GroupVariables(options),
    projectTokens: new ProjectAccessTokens(options),
    jobTokenScopes: new ProjectJobTokenScopes(options),
    protectedBranches: new ProtectedBranches(options),
    approvals: new MergeRequestApprovals(options),
    metadata: new Metadata(options),
    users: new Users(options),
  };
}

/** What the host answered, as an error for people: request, status and the host's words. What was sent is not in it. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof GitbeakerRequestError) || error.cause === undefined) return error;
  const { description, request, response } = error.cause;
  const { pathname } = new URL(request.url);
  return new Error(
    `GitLab answers ${response.status} to ${request.method} ${decodeURIComponent(pathname)}: ${description}`,
  );
}

/** Waits for an answer; nothing where the host says that there is no such thing. */
export async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitbeakerRequestError && error.cause?.response.status === 404) return undefined;
    throw error;
  }
}
