/** A protected branch as GitLab has it. Pure. */
import type { BranchProtectionArgs } from "@pulumi/gitlab";
import type * as pulumi from "@pulumi/pulumi";
import type { ProtectedBranch } from "../protection.ts";

/**
 * Nobody pushes but the named keys; Maintainers merge, as GitLab has it by itself. A protected branch is never deleted by
 * a push. Which properties say it depends on the edition: the provider takes lists from an Enterprise Edition, whatever
 * its plan, and levels from a Community Edition, which so can let no single key in. Approvals of code owners are counted from the plan Premium on, and so named only where
 * they are wanted; whom a branch lets push gets past them.
 *
 * @see https://docs.gitlab.com/api/protected_branches/
 * @see https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/branch_protection
 */
export function branchProtectionOf(
  { repository, branch, rules, writers }: ProtectedBranch,
  enterprise: boolean,
): BranchProtectionArgs {
  const protection = { project: repository, branch, allowForcePush: false };
  if (!enterprise) return { ...protection, pushAccessLevel: "no one", mergeAccessLevel: "maintainer" };
  const nobody = { accessLevel: "no one" };
  return {
    ...protection,
    allowedToPushes: writers.length === 0 ? [nobody] : writers.map((id) => ({ deployKeyId: keyOf(id) })),
    allowedToMerges: [{ accessLevel: "maintainer" }],
    ...(rules.codeOwners && { codeOwnerApprovalRequired: true }),
  };
}

/** A key's number out of the id of its resource, `PROJECT:KEY`. */
function keyOf(id: pulumi.Output<string>): pulumi.Output<number> {
  return id.apply((text) => Number(text.split(":").at(-1)));
}
