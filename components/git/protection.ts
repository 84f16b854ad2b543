/** What guards a repository's default branch, on whichever host. */
import type * as pulumi from "@pulumi/pulumi";
import type { MergeMethod } from "./merge-methods.ts";

/**
 * The rules of a default branch. Nobody rewrites or deletes it, and changes come by pull or merge request; what is here
 * says what such a request needs.
 */
export interface Protection {
  /** How many people have to approve. */
  readonly reviews: number;
  /** Whether those who own the changed files have to be among them. */
  readonly codeOwners: boolean;
  /** Names of the checks that have to succeed. */
  readonly checks: readonly string[];
}

/** A branch to protect. */
export interface ProtectedBranch {
  /** The repository in its resource's own words; known once the branch is there. */
  readonly repository: pulumi.Input<string>;
  readonly branch: string;
  readonly rules: Protection;
  /** How requests may be merged, where that is said. */
  readonly mergeMethods: readonly MergeMethod[] | undefined;
  /** The host's ids of the keys that push to the branch all the same: those of the CI that delivers into it. */
  readonly writers: readonly pulumi.Output<string>[];
}
