/** Approvals of merge requests, as GitLab has them from its plan Premium on: for the project, and so for all its branches. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { Protection } from "../protection.ts";

/** What is asked for, and where. */
export interface ApprovalsArgs {
  readonly project: pulumi.Input<string>;
  readonly rules: Pick<Protection, "reviews" | "codeOwners">;
  /** The branch's protection, which is there first. */
  readonly branch: pulumi.Resource;
  /** What runs beside the rule alone. */
  readonly ruleHooks: pulumi.ResourceHookBinding;
}

/** By this name a rule is Slipway's. */
const ruleName = "slipway-reviews";

/**
 * Asks for the approval of as many people, whoever they are, by the project's one rule of that kind. And says who approves, as on
 * GitHub: not the author, and what was approved is what is merged; nobody says otherwise in a merge request. Whether those count who
 * added commits stays as it is. What a group or the host itself has locked is as strict as this, or stricter.
 *
 * @see https://docs.gitlab.com/api/merge_request_approvals/
 * @see https://docs.gitlab.com/user/project/merge_requests/approvals/settings/
 * @see https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_approval_rule
 * @see https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_level_mr_approvals
 */
export function requireApprovals(
  name: string,
  { project, rules: { reviews, codeOwners }, branch, ruleHooks }: ApprovalsArgs,
  options: pulumi.CustomResourceOptions,
): void {
  if (reviews === 0 && !codeOwners) return;
  const rule =
    reviews === 0
      ? undefined
      : new gitlab.ProjectApprovalRule(
          `${name}-reviews`,
          { project, name: ruleName, ruleType: "any_approver", approvalsRequired: reviews },
          { ...options, hooks: { ...options.hooks, ...ruleHooks } },
        );
  new gitlab.ProjectLevelMrApprovals(
    `${name}-approvals`,
    {
      project,
      disableOverridingApproversPerMergeRequest: true,
      mergeRequestsAuthorApproval: false,
      resetApprovalsOnPush: true,
    },
    // Without a licence the host refuses the rule, and takes this without a word.
    pulumi.mergeOptions(options, { dependsOn: [rule ?? branch] }),
  );
}
