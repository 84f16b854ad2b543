import type * as pulumi from "@pulumi/pulumi";

/** Whose jobs a project lets in: https://www.pulumi.com/registry/packages/gitlab/api-docs/projectjobtokenscope/ */
export interface ProjectJobTokenScopeArgs {
  /** Number or full path of the project that lets somebody in. */
  project: pulumi.Input<string>;
  /** The project whose jobs may come in. */
  targetProjectId?: pulumi.Input<number>;
}

/** An entry in the list of those whose job tokens a project takes. Every change replaces it. Its id is `PROJECT:project:TARGET`. */
export declare class ProjectJobTokenScope extends pulumi.CustomResource {
  readonly project: pulumi.Output<string>;
  readonly targetProjectId: pulumi.Output<number | undefined>;
  constructor(name: string, args: ProjectJobTokenScopeArgs, opts?: pulumi.CustomResourceOptions);
}
