import type * as pulumi from "@pulumi/pulumi";

/** Who may push: one of a role, `no one`, `developer`, `maintainer` or `admin`, and a deploy key. */
export interface BranchProtectionAllowedToPush {
  accessLevel?: pulumi.Input<string>;
  deployKeyId?: pulumi.Input<number>;
}

/** Who may merge: a role, as above. */
export interface BranchProtectionAllowedToMerge {
  accessLevel?: pulumi.Input<string>;
}

/** A protected branch: https://www.pulumi.com/registry/packages/gitlab/api-docs/branchprotection/ */
export interface BranchProtectionArgs {
  /** Whether those who may push may rewrite the branch. */
  allowForcePush?: pulumi.Input<boolean>;
  /** Who may merge; for an Enterprise Edition, on whatever plan. */
  allowedToMerges?: pulumi.Input<pulumi.Input<BranchProtectionAllowedToMerge>[]>;
  /** Who may push; for an Enterprise Edition, on whatever plan. */
  allowedToPushes?: pulumi.Input<pulumi.Input<BranchProtectionAllowedToPush>[]>;
  /** The branch's name, or a pattern. */
  branch: pulumi.Input<string>;
  /** Whether owners of changed files, as CODEOWNERS has it, have to approve; from GitLab's plan Premium on. @default false */
  codeOwnerApprovalRequired?: pulumi.Input<boolean>;
  /** The role that may merge; for a Community Edition. */
  mergeAccessLevel?: pulumi.Input<string>;
  /** Number or full path of the project. */
  project: pulumi.Input<string>;
  /** The role that may push; for a Community Edition. */
  pushAccessLevel?: pulumi.Input<string>;
}

/** A protected branch. That of the default branch, which GitLab makes by itself, is taken over. Its id is `PROJECT:BRANCH`. */
export declare class BranchProtection extends pulumi.CustomResource {
  readonly allowForcePush: pulumi.Output<boolean>;
  readonly allowedToMerges: pulumi.Output<BranchProtectionAllowedToMerge[]>;
  readonly allowedToPushes: pulumi.Output<BranchProtectionAllowedToPush[]>;
  readonly branch: pulumi.Output<string>;
  readonly branchProtectionId: pulumi.Output<number>;
  readonly codeOwnerApprovalRequired: pulumi.Output<boolean>;
  readonly mergeAccessLevel: pulumi.Output<string>;
  readonly project: pulumi.Output<string>;
  readonly pushAccessLevel: pulumi.Output<string>;
  constructor(name: string, args: BranchProtectionArgs, opts?: pulumi.CustomResourceOptions);
}
