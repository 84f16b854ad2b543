import type * as pulumi from "@pulumi/pulumi";

/** A CI variable of a project: https://www.pulumi.com/registry/packages/gitlab/api-docs/projectvariable/ */
export interface ProjectVariableArgs {
  description?: pulumi.Input<string>;
  /** The environments that get it; all of them (`*`), unless given. */
  environmentScope?: pulumi.Input<string>;
  /** Whether nobody can read it again on the host. */
  hidden?: pulumi.Input<boolean>;
  key: pulumi.Input<string>;
  /** Whether job logs show stars for it. */
  masked?: pulumi.Input<boolean>;
  /** Number or full path of the project. */
  project: pulumi.Input<string>;
  /** Whether only jobs of protected branches and tags get it. */
  protected?: pulumi.Input<boolean>;
  /** Whether a `$` in it is only that. */
  raw?: pulumi.Input<boolean>;
  value: pulumi.Input<string>;
  /** `env_var` or `file`. */
  variableType?: pulumi.Input<string>;
}

/** A CI variable of a project. Its id is `PROJECT:KEY:SCOPE`. */
export declare class ProjectVariable extends pulumi.CustomResource {
  readonly description: pulumi.Output<string>;
  readonly environmentScope: pulumi.Output<string>;
  readonly hidden: pulumi.Output<boolean>;
  readonly key: pulumi.Output<string>;
  readonly masked: pulumi.Output<boolean>;
  readonly project: pulumi.Output<string>;
  readonly protected: pulumi.Output<boolean>;
  readonly raw: pulumi.Output<boolean>;
  readonly value: pulumi.Output<string>;
  readonly variableType: pulumi.Output<string>;
  constructor(name: string, args: ProjectVariableArgs, opts?: pulumi.CustomResourceOptions);
}
