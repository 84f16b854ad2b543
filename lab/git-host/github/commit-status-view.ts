import type { CommitStatus } from "../store.ts";
import { simpleUser } from "./accounts.ts";
import type { RepositoryCall } from "./endpoint.ts";
import { minimalRepository } from "./repository-view.ts";
import { nodeId } from "./urls.ts";

/** One status of a commit. */
export function showStatus(call: RepositoryCall, status: CommitStatus): object {
  return { ...simpleStatus(call, status), creator: simpleUser(call.accounts.administrator, call.urls) };
}

/**
 * What all statuses of a commit amount to.
 *
 * @param statuses the newest first
 */
export function combineStatuses(
  call: RepositoryCall,
  sha: string,
  statuses: readonly CommitStatus[],
): object {
  const latest = statuses.filter(
    (status, index) => statuses.findIndex((other) => other.context === status.context) === index,
  );
  const states = latest.map((status) => status.state);
  const failed = states.includes("failure") || states.includes("error");
  const succeeded = states.length > 0 && states.every((state) => state === "success");
  const url = `${call.urls.repository(call.repository)}/commits/${sha}`;
  return {
    state: failed ? "failure" : succeeded ? "success" : "pending",
    statuses: latest.map((status) => simpleStatus(call, status)),
    sha,
    total_count: latest.length,
    repository: minimalRepository(call.repository, call),
    commit_url: url,
    url: `${url}/status`,
  };
}

function simpleStatus({ repository, urls }: RepositoryCall, status: CommitStatus): object {
  return {
    url: `${urls.repository(repository)}/statuses/${status.sha}`,
    avatar_url: urls.web("/avatars/u/1?"),
    id: status.id,
    node_id: nodeId("StatusContext", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}
