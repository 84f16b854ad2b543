import type * as pulumi from "@pulumi/pulumi";

/** A token of a project: https://www.pulumi.com/registry/packages/gitlab/api-docs/projectaccesstoken/ */
export interface ProjectAccessTokenArgs {
  /** Its role in the project, such as `developer`; `maintainer`, unless given. */
  accessLevel?: pulumi.Input<string>;
  /** The day that ends it as it begins, as `2027-01-31`; another day rotates it in place. */
  expiresAt?: pulumi.Input<string>;
  name?: pulumi.Input<string>;
  /** Number or full path of the project. */
  project: pulumi.Input<string>;
  /** What it may do, such as `write_repository`. */
  scopes: pulumi.Input<pulumi.Input<string>[]>;
}

/** A token that acts in one project, as a bot. Every change but that of its day replaces it. Its id is `PROJECT:TOKEN`. */
export declare class ProjectAccessToken extends pulumi.CustomResource {
  readonly accessLevel: pulumi.Output<string>;
  readonly active: pulumi.Output<boolean>;
  readonly createdAt: pulumi.Output<string>;
  readonly expiresAt: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly project: pulumi.Output<string>;
  readonly revoked: pulumi.Output<boolean>;
  readonly scopes: pulumi.Output<string[]>;
  /** Known only to who made it; secret. */
  readonly token: pulumi.Output<string>;
  readonly userId: pulumi.Output<number>;
  constructor(name: string, args: ProjectAccessTokenArgs, opts?: pulumi.CustomResourceOptions);
}
