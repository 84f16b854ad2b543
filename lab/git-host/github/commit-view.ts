import type { Commit } from "../git-objects.ts";
import type { RepositoryCall } from "./endpoint.ts";
import { nodeId } from "./urls.ts";

/** A commit as GitHub shows it; its authors are no accounts of the host. */
export function showCommit({ repository, urls }: RepositoryCall, commit: Commit): object {
  const api = urls.repository(repository);
  const web = urls.web(`/${repository.owner}/${repository.name}/commit`);
  const { author, committer, message, sha, tree } = commit;
  return {
    sha,
    node_id: nodeId("Commit", `${repository.id}:${sha}`),
    commit: {
      author,
      committer,
      message,
      tree: { sha: tree, url: `${api}/git/trees/${tree}` },
      url: `${api}/git/commits/${sha}`,
      comment_count: 0,
      verification: {
        verified: false,
        reason: "unsigned",
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    url: `${api}/commits/${sha}`,
    html_url: `${web}/${sha}`,
    comments_url: `${api}/commits/${sha}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${web}/${parent}`,
    })),
  };
}
