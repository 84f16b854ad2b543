import * as pulumi from "@pulumi/pulumi";
import type { Environment as Settings } from "../../config/schema.ts";
import { ClusterNamespace } from "../cluster/namespace.ts";
import { DeployKey } from "../git/keys/deploy-key.ts";
import type { GitHost, HostedRepository } from "../git/git-host.ts";
import type { KeyPlan } from "../git/keys/key-life.ts";
import { sourceKeyName } from "../git/keys/key-names.ts";
import { keyTitle } from "../git/keys/key-title.ts";
import { CommitStatus } from "./commit-status.ts";
import type { FluxControllers } from "./controllers.ts";
import { GitSource } from "./git-source.ts";
import { Sync } from "./sync.ts";

export interface EnvironmentArgs {
  /** The environment's section of the configuration. */
  readonly settings: Settings;
  readonly host: GitHost;
  /** The repositories that the stack works with, by name. */
  readonly repositories: Readonly<Record<string, HostedRepository>>;
  /** Their default branches, by name. */
  readonly defaultBranches: Readonly<Record<string, string>>;
  readonly controllers: FluxControllers;
  /**
   * Whether the namespace and what the syncs applied stay when they leave the stack.
   * @default false
   */
  readonly retainWorkloads?: boolean;
  /** Token that sets commit statuses, where the environment asks for them; secret. */
  readonly statusToken?: pulumi.Output<string>;
  /**
   * What becomes of its keys in this run, by name.
   * @default they stay as they are
   */
  readonly keyPlans?: Readonly<Record<string, KeyPlan>> | undefined;
}

/**
 * One environment of the platform: its namespace, the Git repositories that it is delivered from, each
 * read with a key of its own, and the syncs that deliver.
 */
export class Environment extends pulumi.ComponentResource {
  readonly namespace: ClusterNamespace;
  readonly keys: Readonly<Record<string, DeployKey>>;
  readonly sources: Readonly<Record<string, GitSource>>;
  /** By source: who says on the Git host how its syncs fared. */
  readonly statuses: Readonly<Record<string, CommitStatus>>;
  readonly syncs: Readonly<Record<string, Sync>>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:Environment", name, {}, opts);

    this.namespace = this.#namespace(name, args);
    this.keys = this.#keys(name, args);
    this.sources = this.#sources(name, args);
    this.statuses = this.#statuses(name, args);
    this.syncs = this.#syncs(name, args);

    this.registerOutputs({});
  }

  /** It goes before the controllers: Flux's own objects in it, which come from Git, need them to be finished off. */
  #namespace(name: string, args: EnvironmentArgs): ClusterNamespace {
    const { settings, controllers, retainWorkloads = false } = args;
    const { namespace = name, labels, annotations, podSecurity, quota, limitRange, defaultDeny } = settings;
    return new ClusterNamespace(
      `${name}-namespace`,
      {
        ...{ namespace, labels, annotations, podSecurity, quota, limitRange, defaultDeny },
        retain: retainWorkloads,
        after: controllers.deployments,
      },
      { parent: this },
    );
  }

  /** A key for each repository of this stack or another; a public one of somebody else is read without. */
  #keys(
    name: string,
    { settings, host, repositories, keyPlans = {} }: EnvironmentArgs,
  ): Record<string, DeployKey> {
    const own = Object.entries(settings.sources).flatMap(([key, { repository }]) => {
      const hosted = repository === undefined ? undefined : repositories[repository];
      if (hosted === undefined) return [];
      const title = keyTitle(`Flux of ${name} reads ${key}`);
      const args = { host, repository: hosted, title, write: false, plan: keyPlans[sourceKeyName(key)] };
      return [[key, new DeployKey(`${name}-${key}-key`, args, { parent: this })] as const];
    });
    return Object.fromEntries(own);
  }

  #sources(name: string, args: EnvironmentArgs): Record<string, GitSource> {
    const { settings, host, repositories, defaultBranches, controllers } = args;
    const sources = Object.entries(settings.sources).map(([key, source]) => {
      const { repository = "", url = repositories[repository]?.sshUrl ?? "", ...options } = source;
      const deployKey = this.keys[key];
      const credentials = deployKey && {
        kind: "ssh" as const,
        privateKeyOpenssh: deployKey.privateKey,
        publicKey: deployKey.publicKey,
        knownHosts: host.knownHosts,
      };
      const pinned = options.branch ?? options.tag ?? options.semver;
      const branch = pinned === undefined ? defaultBranches[repository] : options.branch;
      const gitSource = new GitSource(
        `${name}-${key}`,
        {
          ...{ ...options, url, branch },
          objectName: key,
          namespace: controllers.namespace,
          after: controllers.deployments,
          ...(credentials && { credentials }),
        },
        { parent: this },
      );
      return [key, gitSource] as const;
    });
    return Object.fromEntries(sources);
  }

  /** For each source of this stack's own that syncs have. */
  #statuses(name: string, args: EnvironmentArgs): Record<string, CommitStatus> {
    const { settings, host, repositories, controllers, statusToken: token } = args;
    if (!settings.commitStatus || token === undefined) return {};
    const statuses = Object.entries(settings.sources).flatMap(([key, { repository = "" }]) => {
      const hosted = repositories[repository];
      const syncs = Object.entries(settings.syncs)
        .filter(([, { source = onlyKey(settings.sources) }]) => source === key)
        .map(([sync]) => sync);
      if (hosted === undefined || syncs.length === 0) return [];
      const status = new CommitStatus(
        `${name}-${key}-status`,
        {
          ...{ host, token, syncs },
          repository: hosted,
          objectName: key,
          namespace: controllers.namespace,
          after: controllers.deployments,
        },
        { parent: this },
      );
      return [[key, status] as const];
    });
    return Object.fromEntries(statuses);
  }

  /** Each after those that it depends on, so that it goes before them: an app before what it runs on. */
  #syncs(name: string, args: EnvironmentArgs): Record<string, Sync> {
    const { settings } = args;
    const made: Record<string, Sync> = {};
    const make = (key: string, trail: readonly string[] = []): Sync => {
      const options = settings.syncs[key];
      if (options === undefined) throw new Error(`"${key}" is no sync of "${name}"`);
      if (trail.includes(key)) throw new Error(`the syncs of "${name}" wait for each other: ${trail.join()}`);
      const others = options.dependsOn.map((other) => make(other, [...trail, key]));
      return (made[key] ??= this.#sync(name, key, { ...args, others }));
    };
    for (const key of Object.keys(settings.syncs)) make(key);
    return made;
  }

  #sync(name: string, key: string, args: SyncContext): Sync {
    const {
      source = onlyKey(args.settings.sources),
      targetNamespace,
      ...options
    } = args.settings.syncs[key] as SyncSettings;
    const sourceName = this.sources[source]?.objectName;
    if (sourceName === undefined) {
      throw new Error(`the sync "${key}" of "${name}" has no source "${source}"`);
    }
    const { namespaceName } = this.namespace;
    const deletionPolicy = options.deletionPolicy ?? (args.retainWorkloads === true ? "Orphan" : undefined);
    return new Sync(
      `${name}-${key}`,
      {
        ...options,
        ...(deletionPolicy && { deletionPolicy }),
        objectName: key,
        namespace: args.controllers.namespace,
        after: [
          ...args.controllers.deployments,
          ...args.others.map(({ kustomization }) => kustomization),
          // So that its first reconciliation is reported, too.
          ...Object.values(this.statuses).map(({ alert }) => alert),
        ],
        sourceRef: { name: sourceName },
        targetNamespace:
          targetNamespace === undefined
            ? namespaceName
            : after(pulumi.output(targetNamespace), [namespaceName]),
      },
      { parent: this },
    );
  }
}

type SyncSettings = Settings["syncs"][string];

interface SyncContext extends EnvironmentArgs {
  /** The syncs that it depends on. */
  readonly others: readonly Sync[];
}

/** The key of the one entry; of several, the configuration's checks have asked for one. */
const onlyKey = (record: Readonly<Record<string, unknown>>): string => Object.keys(record)[0] ?? "";

/** The same value, known when the others are: an edge to what they come from. */
function after<T>(value: pulumi.Output<T>, others: readonly pulumi.Output<unknown>[]): pulumi.Output<T> {
  return pulumi.all([value, pulumi.all([...others])]).apply(([known]) => known) as pulumi.Output<T>;
}
