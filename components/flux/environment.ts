import * as pulumi from "@pulumi/pulumi";
import type { Environment as Settings } from "../../config/schema.ts";
import { ClusterNamespace } from "../cluster/namespace.ts";
import { DeployKey } from "../git/deploy-key.ts";
import type { GitHost, HostedRepository } from "../git/git-host.ts";
import type { FluxControllers } from "./controllers.ts";
import { GitSource } from "./git-source.ts";
import type { HealthCheck } from "./kinds.ts";
import { Sync } from "./sync.ts";

export interface EnvironmentArgs {
  /** The environment's section of the configuration. */
  readonly settings: Settings;
  readonly host: GitHost;
  /** The stack's repositories, by name. */
  readonly repositories: Readonly<Record<string, HostedRepository>>;
  /** Their default branches, by name. */
  readonly defaultBranches: Readonly<Record<string, string>>;
  readonly controllers: FluxControllers;
}

/**
 * One environment of the platform: its namespace, the Git repositories that it is delivered from, each
 * read with a key of its own, and the syncs that deliver.
 */
export class Environment extends pulumi.ComponentResource {
  readonly namespace: ClusterNamespace;
  readonly keys: Readonly<Record<string, DeployKey>>;
  readonly sources: Readonly<Record<string, GitSource>>;
  readonly syncs: Readonly<Record<string, Sync>>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:Environment", name, {}, opts);
    const { settings } = args;

    this.namespace = this.#namespace(name, settings);
    this.keys = this.#keys(name, args);
    this.sources = this.#sources(name, args);
    this.syncs = this.#syncs(name, args);

    this.registerOutputs({});
  }

  #namespace(name: string, settings: Settings): ClusterNamespace {
    const { namespace = name, labels, podSecurity, quota, limitRange, defaultDeny } = settings;
    return new ClusterNamespace(
      `${name}-namespace`,
      {
        namespace,
        labels,
        podSecurity,
        defaultDeny,
        ...(quota && { quota }),
        ...(limitRange && { limitRange }),
      },
      { parent: this },
    );
  }

  /** A key for each repository of this stack; a public one of somebody else is read without. */
  #keys(name: string, { settings, host, repositories }: EnvironmentArgs): Record<string, DeployKey> {
    const own = Object.entries(settings.sources).flatMap(([key, { repository }]) => {
      const hosted = repository === undefined ? undefined : repositories[repository];
      if (hosted === undefined) return [];
      const title = `${pulumi.getProject()}/${pulumi.getStack()}: Flux of ${name} reads`;
      const args = { host, repository: hosted, title, write: false };
      return [[key, new DeployKey(`${name}-${key}-key`, args, { parent: this })] as const];
    });
    return Object.fromEntries(own);
  }

  #sources(name: string, args: EnvironmentArgs): Record<string, GitSource> {
    const { settings, host, repositories, defaultBranches, controllers } = args;
    const sources = Object.entries(settings.sources).map(([key, source]) => {
      const { repository = "", url = repositories[repository]?.sshUrl ?? "", interval, timeout } = source;
      const deployKey = this.keys[key];
      const credentials = deployKey && {
        kind: "ssh" as const,
        privateKeyOpenssh: deployKey.privateKey,
        publicKey: deployKey.publicKey,
        knownHosts: host.knownHosts,
      };
      const branch = source.branch ?? defaultBranches[repository] ?? "main";
      return [
        key,
        new GitSource(
          `${name}-${key}`,
          {
            objectName: key,
            namespace: controllers.namespace,
            ...{ url, branch, interval, timeout },
            ...(credentials && { credentials }),
          },
          { parent: this },
        ),
      ] as const;
    });
    return Object.fromEntries(sources);
  }

  #syncs(name: string, { settings, controllers }: EnvironmentArgs): Record<string, Sync> {
    const [onlySource = ""] = Object.keys(settings.sources);
    const syncs = Object.entries(settings.syncs).map(([key, sync]) => {
      const {
        source = onlySource,
        targetNamespace = this.namespace.namespaceName,
        healthChecks,
        wait,
        ...options
      } = sync;
      const sourceName = this.sources[source]?.objectName;
      if (sourceName === undefined)
        throw new Error(`the sync "${key}" of "${name}" has no source "${source}"`);
      return [
        key,
        new Sync(
          `${name}-${key}`,
          {
            objectName: key,
            namespace: controllers.namespace,
            sourceRef: { name: sourceName },
            targetNamespace,
            ...options,
            // Flux looks at either all that it applied, or at the objects that are named.
            ...(healthChecks.length > 0 ? { healthChecks: healthChecks.map(healthCheck) } : { wait }),
          },
          { parent: this },
        ),
      ] as const;
    });
    return Object.fromEntries(syncs);
  }
}

function healthCheck({
  namespace,
  ...check
}: Settings["syncs"][string]["healthChecks"][number]): HealthCheck {
  return { ...check, ...(namespace !== undefined && { namespace }) };
}
