import type * as pulumi from "@pulumi/pulumi";

/**
 * Who may approve merge requests of a project: https://www.pulumi.com/registry/packages/gitlab/api-docs/projectlevelmrapprovals/
 * What is left out stays as it is.
 */
export interface ProjectLevelMrApprovalsArgs {
  /** Whether the rules of approval are the project's alone, and a merge request cannot change them. */
  disableOverridingApproversPerMergeRequest?: pulumi.Input<boolean>;
  /** Whether authors may approve their own. */
  mergeRequestsAuthorApproval?: pulumi.Input<boolean>;
  /** Whether those who added commits may not approve. */
  mergeRequestsDisableCommittersApproval?: pulumi.Input<boolean>;
  /** Number or full path of the project. */
  project: pulumi.Input<string>;
  /** Whether approvals go when commits are added. */
  resetApprovalsOnPush?: pulumi.Input<boolean>;
}

/**
 * A project's settings for approvals, from GitLab's plan Premium on. They are there with the project: making this changes them, and
 * deleting it sets them to GitLab's defaults, all off but `resetApprovalsOnPush`. Its id is the project.
 */
export declare class ProjectLevelMrApprovals extends pulumi.CustomResource {
  readonly disableOverridingApproversPerMergeRequest: pulumi.Output<boolean>;
  readonly mergeRequestsAuthorApproval: pulumi.Output<boolean>;
  readonly mergeRequestsDisableCommittersApproval: pulumi.Output<boolean>;
  readonly project: pulumi.Output<string>;
  readonly resetApprovalsOnPush: pulumi.Output<boolean>;
  constructor(name: string, args: ProjectLevelMrApprovalsArgs, opts?: pulumi.CustomResourceOptions);
}
