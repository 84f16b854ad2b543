/** Which of a stack's repositories are followed, and what of them. Pure. */
import type { Stack } from "../../config/schema.ts";
import type { FollowedSource } from "./receiver-spec.ts";

/** The sources of all environments by the repository of this stack that they follow; other people's are left out. */
export function followedSources({
  environments,
  repositories,
}: Pick<Stack, "environments" | "repositories">): Record<string, FollowedSource[]> {
  const found: Record<string, FollowedSource[]> = {};
  for (const { sources } of Object.values(environments)) {
    for (const [name, { repository, branch, tag, semver }] of Object.entries(sources)) {
      if (repository === undefined) continue;
      const pinned = branch ?? tag ?? semver;
      const head = pinned === undefined ? repositories[repository]?.defaultBranch : branch;
      (found[repository] ??= []).push({ name, branch: head, tag, semver });
    }
  }
  return found;
}
