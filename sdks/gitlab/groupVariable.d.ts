import type * as pulumi from "@pulumi/pulumi";

/** A CI variable of a group: https://www.pulumi.com/registry/packages/gitlab/api-docs/groupvariable/ */
export interface GroupVariableArgs {
  description?: pulumi.Input<string>;
  /** The environments that get it; all of them (`*`), unless given. Others than these need GitLab Premium. */
  environmentScope?: pulumi.Input<string>;
  /** Number or full path of the group. */
  group: pulumi.Input<string>;
  /** Whether nobody can read it again on the host. */
  hidden?: pulumi.Input<boolean>;
  key: pulumi.Input<string>;
  /** Whether job logs show stars for it. */
  masked?: pulumi.Input<boolean>;
  /** Whether only jobs of protected branches and tags get it. */
  protected?: pulumi.Input<boolean>;
  /** Whether a `$` in it is only that. */
  raw?: pulumi.Input<boolean>;
  value: pulumi.Input<string>;
  /** `env_var` or `file`. */
  variableType?: pulumi.Input<string>;
}

/** A CI variable of a group and of all that is below it. Its id is `GROUP:KEY:SCOPE`. */
export declare class GroupVariable extends pulumi.CustomResource {
  readonly description: pulumi.Output<string>;
  readonly environmentScope: pulumi.Output<string>;
  readonly group: pulumi.Output<string>;
  readonly hidden: pulumi.Output<boolean>;
  readonly key: pulumi.Output<string>;
  readonly masked: pulumi.Output<boolean>;
  readonly protected: pulumi.Output<boolean>;
  readonly raw: pulumi.Output<boolean>;
  readonly value: pulumi.Output<string>;
  readonly variableType: pulumi.Output<string>;
  constructor(name: string, args: GroupVariableArgs, opts?: pulumi.CustomResourceOptions);
}
