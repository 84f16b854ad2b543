/**
 * A protected branch as GitHub has it: two rulesets. Who may get past a ruleset gets past all of it, so what holds for
 * everybody is one of its own. Pure.
 *
 * @see https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset
 */
import type { RepositoryRulesetArgs } from "@pulumi/github";
import type { ProtectedBranch } from "../protection.ts";

/** GitHub merges in every way that the repository allows, unless a ruleset says less. */
const everyMethod = ["merge", "squash", "rebase"] as const;

/** The rulesets of a branch, by their roles; a role is the end of the ruleset's name. */
export function rulesetsOf(branch: ProtectedBranch): Readonly<Record<string, RepositoryRulesetArgs>> {
  return { history: history(branch), changes: changes(branch) };
}

/** Nobody rewrites the branch or deletes it. */
function history(branch: ProtectedBranch): RepositoryRulesetArgs {
  return { ...ruleset(branch, "history"), rules: { deletion: true, nonFastForward: true } };
}

/**
 * Changes come by pull request. A CI's key pushes past it: GitHub has no actor for one key, so each key that may write is
 * let through, and only where a CI delivers into the repository. Slipway makes no other key that writes.
 */
function changes(branch: ProtectedBranch): RepositoryRulesetArgs {
  const { rules, mergeMethods = everyMethod, writers } = branch;
  return {
    ...ruleset(branch, "changes"),
    ...(writers.length > 0 && { bypassActors: [{ actorType: "DeployKey", bypassMode: "always" }] }),
    rules: {
      pullRequest: {
        requiredApprovingReviewCount: rules.reviews,
        requireCodeOwnerReview: rules.codeOwners,
        // What was approved is what is merged.
        dismissStaleReviewsOnPush: rules.reviews > 0 || rules.codeOwners,
        allowedMergeMethods: [...mergeMethods],
      },
      ...(rules.checks.length > 0 && {
        requiredStatusChecks: { requiredChecks: rules.checks.map((context) => ({ context })) },
      }),
    },
  };
}

function ruleset({ repository, branch }: ProtectedBranch, role: string) {
  return {
    name: `slipway-${role}`,
    repository,
    target: "branch",
    enforcement: "active",
    conditions: { refName: { includes: [`refs/heads/${branch}`], excludes: [] } },
  };
}
