/** What the platform needs of a Git host, in a host's own words nowhere. */
import type * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "./adoption.ts";
import type { SeedRole, SeedValues } from "./seed-files.ts";

/** What `pulumi destroy` does with a repository. */
export type OnDestroy = "keep" | "archive" | "delete";

/** A repository to create, with what it is seeded with. */
export interface RepositoryArgs {
  /** Name on the host; unique in the account. */
  readonly repository: string;
  readonly description?: string;
  readonly topics: readonly string[];
  readonly visibility: "private" | "internal" | "public";
  readonly defaultBranch: string;
  readonly onDestroy: OnDestroy;
  /** Given where the repository exists on the host and the state does not have it. */
  readonly adoption?: Adoption;
  /** What the first commit holds. */
  readonly seed: { readonly role: SeedRole; readonly values: SeedValues };
}

/** A repository that exists on the host, with its first commit. */
export interface HostedRepository {
  /** Name on the host, as the configuration has it. */
  readonly repository: string;
  /** Name on the host, known when the repository is there. */
  readonly name: pulumi.Output<string>;
  /** CI variables that are on the host and not in the state. */
  readonly foundVariables: readonly string[];
  /** Where people look at it. */
  readonly webUrl: pulumi.Output<string>;
  /** Where Git reads and writes it by SSH: `ssh://git@host/owner/name.git`. Known once the first commit is there. */
  readonly sshUrl: pulumi.Output<string>;
  /** Object name of the commit that Slipway found or made when it seeded the repository. */
  readonly seededCommit: pulumi.Output<string>;
}

/** A key to register at a repository. */
export interface HostKeyArgs {
  readonly repository: HostedRepository;
  /** How people recognise it. */
  readonly title: string;
  /** The public key in OpenSSH's form. */
  readonly publicKey: pulumi.Input<string>;
  /** Whether the key may push. */
  readonly write: boolean;
}

/** A variable or secret for a repository's CI. */
export interface CiValueArgs {
  readonly repository: HostedRepository;
  readonly key: string;
  readonly value: pulumi.Input<string>;
}

/**
 * A Git host: GitHub, later GitLab. Every verb registers the resources at once, below the given
 * parent, and returns what later resources depend on.
 */
export interface GitHost {
  readonly kind: "github";
  /** The host's SSH keys in the form of known_hosts. */
  readonly knownHosts: string;
  /** A repository and its first commit. */
  repository(name: string, args: RepositoryArgs, opts: pulumi.CustomResourceOptions): HostedRepository;
  /** Lets a key read, or read and write, one repository. */
  deployKey(name: string, args: HostKeyArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResource;
  /** A plain variable for CI. */
  variable(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource;
  /** A secret for CI: it can be used there, and never be read back. */
  secret(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource;
}
