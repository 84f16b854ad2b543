import type * as pulumi from "@pulumi/pulumi";

/** A webhook of a project: https://www.pulumi.com/registry/packages/gitlab/api-docs/projecthook/ */
export interface ProjectHookArgs {
  /** Whether the receiver's certificate has to be good; true, unless given. */
  enableSslVerification?: pulumi.Input<boolean>;
  name?: pulumi.Input<string>;
  /** Number or full path of the project. */
  project: pulumi.Input<string>;
  /** Whether it is told of pushes; true, unless given. */
  pushEvents?: pulumi.Input<boolean>;
  /** The branches whose pushes it is told of: a name, or a pattern with `*`. Empty means all. */
  pushEventsBranchFilter?: pulumi.Input<string>;
  /** Whether it is told of tags. */
  tagPushEvents?: pulumi.Input<boolean>;
  /** What the receiver knows the host by. Secret. */
  token?: pulumi.Input<string>;
  /** Who is told. Another one makes another webhook. */
  url: pulumi.Input<string>;
}

/** A webhook of a project. Its id is `PROJECT:NUMBER`. */
export declare class ProjectHook extends pulumi.CustomResource {
  readonly enableSslVerification: pulumi.Output<boolean>;
  /** The webhook's number. */
  readonly hookId: pulumi.Output<number>;
  readonly name: pulumi.Output<string>;
  readonly project: pulumi.Output<string>;
  /** The project's number. */
  readonly projectId: pulumi.Output<number>;
  readonly pushEvents: pulumi.Output<boolean>;
  readonly pushEventsBranchFilter: pulumi.Output<string>;
  readonly tagPushEvents: pulumi.Output<boolean>;
  readonly token: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  constructor(name: string, args: ProjectHookArgs, opts?: pulumi.CustomResourceOptions);
}
