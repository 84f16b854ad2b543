import type * as pulumi from "@pulumi/pulumi";

/** A project: https://www.pulumi.com/registry/packages/gitlab/api-docs/project/ */
export interface ProjectArgs {
  /** Whether the end of the resource archives the project and does not delete it. */
  archiveOnDestroy?: pulumi.Input<boolean>;
  /** Whether it is archived. */
  archived?: pulumi.Input<boolean>;
  description?: pulumi.Input<string>;
  /** `enabled`, `private` (members only) or `disabled`. */
  issuesAccessLevel?: pulumi.Input<string>;
  /** `merge`, `rebase_merge` or `ff`. */
  mergeMethod?: pulumi.Input<string>;
  /** The title. */
  name?: pulumi.Input<string>;
  /** Number of the group or user that owns it; the token's user, unless given. */
  namespaceId?: pulumi.Input<number>;
  /** Whether a merge request is merged only after its pipeline has succeeded. */
  onlyAllowMergeIfPipelineSucceeds?: pulumi.Input<boolean>;
  /** The name in addresses. */
  path?: pulumi.Input<string>;
  /** Whether a merged branch goes by default. */
  removeSourceBranchAfterMerge?: pulumi.Input<boolean>;
  /** `never`, `always`, `default_on` or `default_off`: whether a merge request's commits become one. */
  squashOption?: pulumi.Input<string>;
  topics?: pulumi.Input<pulumi.Input<string>[]>;
  /** `private`, `internal` or `public`. */
  visibilityLevel?: pulumi.Input<string>;
}

/** A project with its repository, issues, merge requests and pipelines. Its id is a number, as text. */
export declare class Project extends pulumi.CustomResource {
  readonly archiveOnDestroy: pulumi.Output<boolean | undefined>;
  readonly archived: pulumi.Output<boolean | undefined>;
  readonly description: pulumi.Output<string | undefined>;
  readonly emptyRepo: pulumi.Output<boolean>;
  readonly httpUrlToRepo: pulumi.Output<string>;
  readonly issuesAccessLevel: pulumi.Output<string>;
  readonly mergeMethod: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly namespaceId: pulumi.Output<number>;
  readonly onlyAllowMergeIfPipelineSucceeds: pulumi.Output<boolean>;
  readonly path: pulumi.Output<string | undefined>;
  readonly pathWithNamespace: pulumi.Output<string>;
  readonly removeSourceBranchAfterMerge: pulumi.Output<boolean>;
  readonly runnersToken: pulumi.Output<string>;
  readonly squashOption: pulumi.Output<string>;
  readonly sshUrlToRepo: pulumi.Output<string>;
  readonly topics: pulumi.Output<string[]>;
  readonly visibilityLevel: pulumi.Output<string>;
  readonly webUrl: pulumi.Output<string>;
  constructor(name: string, args?: ProjectArgs, opts?: pulumi.CustomResourceOptions);
}
