/** How a pull or merge request ends up in the default branch, in each host's own settings. Pure. */

/** With a merge commit, as one commit, or its commits one after the other on top of the branch. */
export type MergeMethod = "merge" | "squash" | "rebase";

/** https://docs.github.com/en/rest/repos/repos#update-a-repository */
export interface GitHubMerging {
  readonly allowMergeCommit: boolean;
  readonly allowSquashMerge: boolean;
  readonly allowRebaseMerge: boolean;
}

/** https://docs.gitlab.com/api/projects/#edit-a-project */
export interface GitLabMerging {
  readonly mergeMethod: "merge" | "ff";
  readonly squashOption: "never" | "always" | "default_off";
}

/** GitHub has a switch for each. */
export function githubMerging(methods: readonly MergeMethod[]): GitHubMerging {
  return {
    allowMergeCommit: methods.includes("merge"),
    allowSquashMerge: methods.includes("squash"),
    allowRebaseMerge: methods.includes("rebase"),
  };
}

/**
 * GitLab has one way to merge for a project, and beside it squashing: never, always, or as the author likes. A rebase is
 * its fast-forward merge, which makes no merge commit, and so is a squash alone.
 *
 * @returns nothing for what it does not have: both a merge commit and a rebase
 * @see https://docs.gitlab.com/user/project/merge_requests/methods/
 */
export function gitlabMerging(methods: readonly string[]): GitLabMerging | undefined {
  const [merge, squash, rebase] = ["merge", "squash", "rebase"].map((method) => methods.includes(method));
  if (merge === true && rebase === true) return undefined;
  const squashOption =
    squash !== true ? "never" : merge === true || rebase === true ? "default_off" : "always";
  return { mergeMethod: merge === true ? "merge" : "ff", squashOption };
}
