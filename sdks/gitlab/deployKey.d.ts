import type * as pulumi from "@pulumi/pulumi";

/** A deploy key: https://www.pulumi.com/registry/packages/gitlab/api-docs/deploykey/ */
export interface DeployKeyArgs {
  /** Whether the key may push. */
  canPush?: pulumi.Input<boolean>;
  /** When it ends, as `2027-01-31T00:00:00Z`; never, unless given. */
  expiresAt?: pulumi.Input<string>;
  /** The public key in OpenSSH's form. */
  key: pulumi.Input<string>;
  /** Number or full path of the project. */
  project: pulumi.Input<string>;
  title: pulumi.Input<string>;
}

/** A key that opens one project. Every change replaces it. Its id is `PROJECT:KEY`. */
export declare class DeployKey extends pulumi.CustomResource {
  readonly canPush: pulumi.Output<boolean | undefined>;
  readonly deployKeyId: pulumi.Output<number>;
  readonly expiresAt: pulumi.Output<string | undefined>;
  readonly key: pulumi.Output<string>;
  readonly project: pulumi.Output<string>;
  readonly title: pulumi.Output<string>;
  constructor(name: string, args: DeployKeyArgs, opts?: pulumi.CustomResourceOptions);
}
