/** What the platform needs of a Git host, in a host's own words nowhere. */
import type * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "./adoption.ts";
import type { DeployKey } from "./keys/deploy-key.ts";
import type { KeyPlan } from "./keys/key-life.ts";
import type { MergeMethod } from "./merge-methods.ts";
import type { Protection } from "./protection.ts";
import type { SeedHostKind, SeedRole, SeedValues } from "./seed-files.ts";

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
  /** How pull or merge requests may be merged; as the host does by itself, unless given. */
  readonly mergeMethods?: readonly MergeMethod[];
  /** The rules of the default branch, for what of them is the repository's own setting; see {@link GitHost.protection}. */
  readonly protection?: Protection;
  /** Given where the repository exists on the host and the state does not have it. */
  readonly adoption?: Adoption;
  /** What the first commit holds. */
  readonly seed: { readonly role: SeedRole; readonly values: SeedValues };
}

/** A repository that exists on the host: one of the stack's own with its first commit, or another stack's. */
export interface HostedRepository {
  /** Name on the host, as the configuration has it. */
  readonly repository: string;
  /** Name on the host, known when the repository is there. */
  readonly name: pulumi.Output<string>;
  /** The host's own id. */
  readonly id: pulumi.Output<string>;
  /** The same as the id where the repository is on the host and not in the state. */
  readonly foundId?: string | undefined;
  /** CI variables that are on the host and not in the state, as `foundName` writes them. */
  readonly foundVariables: readonly string[];
  /** Where people look at it. */
  readonly webUrl: pulumi.Output<string>;
  /** Where Git reads and writes it by HTTP, without credentials. Known once the first commit is there. */
  readonly httpUrl: pulumi.Output<string>;
  /** Where Git reads and writes it by SSH: `ssh://git@host/owner/name.git`. Known once the first commit is there. */
  readonly sshUrl: pulumi.Output<string>;
}

/** A repository that this stack has made or taken over. */
export interface SeededRepository extends HostedRepository {
  /** The host's own number of it. */
  readonly number: pulumi.Output<number>;
  /** Known once the first commit is there, found or made. */
  readonly seeded: pulumi.Output<true>;
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
  /** When the host ends it, as `2027-01-31T00:00:00Z`; never, unless given. A host that ends no keys takes no notice. */
  readonly expiresAt?: string | undefined;
}

/** A repository that the CI of another one reads. */
export interface CiReadingArgs {
  /** Whose CI reads. */
  readonly reader: HostedRepository;
  /** What it reads. */
  readonly source: HostedRepository;
  /** How people recognise the key, where there is one. */
  readonly title: string;
  /** What becomes of that key in this run. */
  readonly plan?: KeyPlan | undefined;
}

/** How a CI reads another repository. */
export interface CiReading {
  /** From where: by SSH with the key, by HTTP with the job's own token. */
  readonly url: pulumi.Output<string>;
  /** The key that reads; none where the job's own token does. */
  readonly key?: DeployKey;
}

/** An environment of a repository's CI: jobs that say its name get its values. */
export interface CiEnvironmentArgs {
  readonly repository: HostedRepository;
  readonly environment: string;
  /** Whether only jobs of protected branches may use it, where the host can say so of an environment. */
  readonly protected: boolean;
}

/** An environment that values can be given to. */
export interface CiEnvironment {
  readonly environment: string;
  /** The same, known once the host has it. */
  readonly name: pulumi.Input<string>;
}

/** How a host treats a value, where it can be told by value. */
export interface CiSettings {
  /** Whether only jobs of protected branches get it. By default secrets are so, where the host can, and variables are not. */
  readonly protected?: boolean;
  /** Whether no job's log shows it. By default secrets are so, and variables are not. */
  readonly masked?: boolean;
}

/** A variable or secret for a repository's CI. */
export interface CiValueArgs extends CiSettings {
  readonly repository: HostedRepository;
  readonly key: string;
  /** The value; that of a secret becomes one, if it is none. */
  readonly value: pulumi.Input<string>;
  /** Whose jobs get it; those of every environment and of none, unless given. */
  readonly environment?: CiEnvironment;
}

/** A variable or secret of the organisation or group that owns the repositories. */
export interface GroupValueArgs extends CiSettings {
  readonly key: string;
  readonly value: pulumi.Input<string>;
  /** Whose jobs get it, where the host can choose among the repositories; else those of all that the group owns. */
  readonly repositories: readonly SeededRepository[];
}

/** A token with which CI pushes to one repository by HTTP. */
export interface PushTokenArgs {
  readonly repository: HostedRepository;
  /** How people recognise it. */
  readonly title: string;
  /** The day that ends it as it begins, such as `2027-01-31`. */
  readonly expiresAt: string;
  /** Its role in the repository. */
  readonly accessLevel: "developer" | "maintainer";
  /**
   * What becomes of it in this run.
   * @default it stays as it is
   */
  readonly plan?: KeyPlan | undefined;
}

/** A token as the host has made it. */
export interface PushToken {
  /** What CI pushes with; secret. */
  readonly value: pulumi.Output<string>;
  /** The host's id of it, by which people find it there. */
  readonly id: pulumi.Output<string>;
}

/** A webhook of a repository. */
export interface WebhookArgs {
  readonly repository: HostedRepository;
  /** Who is told of pushes. */
  readonly url: pulumi.Input<string>;
  /** What proves that the host is the one who tells; secret. */
  readonly token: pulumi.Input<string>;
  /** How people recognise it, where the host has a name for it. */
  readonly title: string;
  /** Branches whose pushes count. A host that cannot choose tells of all. */
  readonly branches: readonly string[];
  /** Whether tags count, too. */
  readonly tags: boolean;
  /**
   * Takes away what the webhook of a state that is lost belongs to. It is called once this one is made, in a repository that
   * was there before, and takes the lost webhook away by its address.
   */
  readonly removeLost?: (removeWebhook: (url: string) => Promise<void>) => Promise<void>;
}

/** A default branch to protect. */
export interface ProtectionArgs {
  readonly repository: SeededRepository;
  readonly branch: string;
  readonly rules: Protection;
  /** As the repository has them. */
  readonly mergeMethods?: readonly MergeMethod[];
  /** Keys that push to it all the same: those of the CI that delivers into the repository. */
  readonly writers: readonly DeployKey[];
}

/**
 * A Git host. Every verb registers the resources at once, below the given
 * parent, and returns what later resources depend on.
 */
export interface GitHost {
  readonly kind: SeedHostKind;
  /** The host's SSH keys in the form of known_hosts. */
  readonly knownHosts: string;
  /** A repository and its first commit. */
  repository(name: string, args: RepositoryArgs, opts: pulumi.CustomResourceOptions): SeededRepository;
  /** Guards the default branch, once its first commit is there: Slipway itself pushes no other. */
  protection(name: string, args: ProtectionArgs, opts: pulumi.CustomResourceOptions): void;
  /** Lets a key read, or read and write, one repository. */
  deployKey(name: string, args: HostKeyArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResource;
  /** Lets the CI of one repository read another one, by the least that the host has for it. */
  ciReading(name: string, args: CiReadingArgs, opts: pulumi.CustomResourceOptions): CiReading;
  /** A plain variable for CI. */
  variable(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource;
  /** A secret for CI: it can be used there, and no job's log shows it. */
  secret(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource;
  /** Tells somebody of pushes to a repository. */
  webhook(name: string, args: WebhookArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource;
  /** An environment that values can be given to. */
  ciEnvironment(name: string, args: CiEnvironmentArgs, opts: pulumi.CustomResourceOptions): CiEnvironment;
  /** A plain variable of the organisation or group. */
  groupVariable(name: string, args: GroupValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource;
  /** A secret of the organisation or group. */
  groupSecret(name: string, args: GroupValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource;
  /** A token that opens one repository; not there where the host has none. */
  pushToken?(name: string, args: PushTokenArgs, opts: pulumi.CustomResourceOptions): PushToken;
}
