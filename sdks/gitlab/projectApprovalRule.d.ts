import type * as pulumi from "@pulumi/pulumi";

/** Who has to approve merge requests: https://www.pulumi.com/registry/packages/gitlab/api-docs/projectapprovalrule/ */
export interface ProjectApprovalRuleArgs {
  /** How many have to approve. */
  approvalsRequired: pulumi.Input<number>;
  /** The rule's name; that of the resource with a random end, unless given. */
  name?: pulumi.Input<string>;
  /** Number or full path of the project. Another one is another rule. */
  project: pulumi.Input<string>;
  /** `regular`, `any_approver` or `report_approver`, for good. A project has one `any_approver` at most. @default "regular" */
  ruleType?: pulumi.Input<string>;
}

/**
 * An approval rule of a project, from GitLab's plan Premium on. An `any_approver` that is there and asks for nobody is taken
 * over; one that asks for somebody is an error. Its id is `PROJECT:RULE`.
 */
export declare class ProjectApprovalRule extends pulumi.CustomResource {
  readonly approvalsRequired: pulumi.Output<number>;
  readonly name: pulumi.Output<string>;
  readonly project: pulumi.Output<string>;
  readonly ruleType: pulumi.Output<string>;
  constructor(name: string, args: ProjectApprovalRuleArgs, opts?: pulumi.CustomResourceOptions);
}
