import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../config.ts";
import { fluxOptions } from "../config/flux-schema.ts";
import { durationSeconds } from "./durations.ts";
import { ClusterProvider } from "./cluster/provider.ts";
import { FluxControllers } from "./flux/controllers.ts";
import { Environment } from "./flux/environment.ts";
import { followedSources } from "./flux/followed-sources.ts";
import type { FluxObject } from "./flux/objects.ts";
import { Receiver } from "./flux/receiver.ts";
import { stackTopic, type Adoption } from "./git/adoption.ts";
import { AppDelivery } from "./git/ci.ts";
import { ciIdentity, ciValues } from "./git/ci-config.ts";
import { GroupValues } from "./git/group-values.ts";
import type { GitHost, HostedRepository, SeededRepository } from "./git/git-host.ts";
import { GitHubHost } from "./git/github.ts";
import { GitLabHost } from "./git/gitlab.ts";
import { keyRecords } from "./git/keys/key-records.ts";
import type { KeyPlan, KeyRecord } from "./git/keys/key-life.ts";
import { readingKeyName, sourceKeyName, webhookTokenName, writingKeyName } from "./git/keys/key-names.ts";
import { referencedRepository, type Reference } from "./git/reference.ts";
import { seedValuesOf } from "./git/seeding.ts";

export interface PlatformArgs {
  /** The stack's configuration, checked. */
  readonly config: Config;
  /** Flux's release manifest of the configured version, parsed. */
  readonly fluxManifest: readonly FluxObject[];
  /** Repositories that exist on the host and are to be taken into the state, by name. */
  readonly adoptions?: Readonly<Record<string, Adoption>>;
  /** Where the repositories of other stacks are, by name. */
  readonly references?: Readonly<Record<string, Reference>>;
  /** The host's number of the account that owns the repositories, for GitLab. */
  readonly ownerId?: number | undefined;
  /** What becomes of the keys and tokens in this run, by name. */
  readonly keyPlans?: Readonly<Record<string, KeyPlan>>;
  /** What told the keys and tokens apart in the last run, by name. */
  readonly previous?: {
    readonly deployKeys?: Readonly<Record<string, string>>;
    readonly tokens?: Readonly<Record<string, string>>;
  };
  /** Whether the host is an Enterprise Edition of GitLab; see `GitLabHostArgs`. */
  readonly gitlabEnterprise?: boolean | undefined;
}

/** What a stack says of itself. */
export interface PlatformOutputs {
  /** Namespaces by environment. */
  readonly namespaces: Readonly<Record<string, pulumi.Output<string>>>;
  /** Flux's controllers and their versions. */
  readonly controllers: pulumi.Output<Record<string, string>>;
  /** Addresses for a browser, by repository. */
  readonly repositories: Readonly<Record<string, pulumi.Output<string>>>;
  /** Where the repositories of other stacks are: a preview without the Git host knows them by this. */
  readonly references: Readonly<Record<string, Reference>>;
  /** Fingerprints by key. */
  readonly deployKeys: Readonly<Record<string, pulumi.Output<string>>>;
  /** What tells each token from the one before it, by name: a fingerprint, or the host's id. */
  readonly tokens: Readonly<Record<string, pulumi.Output<string>>>;
  /** Since when each key or token is there, and what a later run has to know of it, by name. */
  readonly credentials: Readonly<Record<string, pulumi.Output<KeyRecord>>>;
  /** Names of variables and secrets, by app. */
  readonly ciVariables: Readonly<Record<string, string[]>>;
  /** Names of syncs, by environment. */
  readonly syncs: Readonly<Record<string, string[]>>;
}

/**
 * The whole platform of a stack: repositories with their keys and CI variables on the Git host,
 * and on the cluster Flux and the environments that it delivers into.
 */
export class Platform extends pulumi.ComponentResource {
  /** Those of the stack's own, by name. */
  readonly repositories: Readonly<Record<string, SeededRepository>>;
  /** Those of other stacks, which this one only reads or delivers to, by name. */
  readonly references: Readonly<Record<string, HostedRepository>>;
  readonly controllers: FluxControllers;
  readonly environments: Readonly<Record<string, Environment>>;
  readonly deliveries: Readonly<Record<string, AppDelivery>>;
  /** By repository: what tells Flux of a push. */
  readonly receivers: Readonly<Record<string, Receiver>>;

  /** What a stack says of itself: where things are, and no secrets. */
  readonly outputs: PlatformOutputs;

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:Platform", name, {}, opts);
    const { config } = args;
    const { timeout } = config.flux;

    const host = this.#gitHost(config, args);
    const cluster = this.#cluster(config);
    const references = this.#placesOf(config, args.references ?? {});
    this.references = mapValues(references, referencedRepository);
    this.repositories = this.#repositories(config, host, args.adoptions ?? {});
    this.deliveries = this.#deliveries(config, host, args.keyPlans);
    this.#protections(config, host);
    this.#groupValues(config, host);
    this.controllers = new FluxControllers(
      "flux",
      {
        manifest: args.fluxManifest,
        options: fluxOptions(config.flux),
        ...(timeout && { timeout }),
        retainKinds: config.cluster.onDestroy === "detach",
      },
      { parent: this, providers: [cluster] },
    );
    this.environments = this.#environments(config, host, cluster, args.keyPlans);
    this.receivers = this.#receivers(config, host, cluster, args);

    this.outputs = this.#outputs(references, args);
    this.registerOutputs({ ...this.outputs });
  }

  #outputs(
    references: Readonly<Record<string, Reference>>,
    { keyPlans = {}, previous = {} }: PlatformArgs,
  ): PlatformOutputs {
    const keys = [
      ...Object.values(this.environments).flatMap(({ keys }) =>
        Object.entries(keys).map(([source, key]) => [sourceKeyName(source), key] as const),
      ),
      ...Object.entries(this.deliveries).flatMap(([app, { chartsKey, fluxcdKey }]) => [
        ...(chartsKey === undefined ? [] : [[readingKeyName(app), chartsKey] as const]),
        ...(fluxcdKey === undefined ? [] : [[writingKeyName(app), fluxcdKey] as const]),
      ]),
    ];
    const deployKeys = Object.fromEntries(keys.map(([key, { fingerprint }]) => [key, fingerprint]));
    const tokens = Object.fromEntries([
      ...Object.entries(this.deliveries).flatMap(([app, { fluxcdTokenId: id }]) =>
        id === undefined ? [] : [[writingKeyName(app), id] as const],
      ),
      ...Object.entries(this.receivers).map(
        ([repository, { fingerprint }]) => [webhookTokenName(repository), fingerprint] as const,
      ),
    ]);
    const before = { ...previous.deployKeys, ...previous.tokens };
    return {
      namespaces: mapValues(this.environments, (_, { namespace }) => namespace.namespaceName),
      controllers: this.controllers.controllers,
      repositories: mapValues(this.repositories, (_, { webUrl }) => webUrl),
      references,
      deployKeys,
      tokens,
      credentials: keyRecords({ ...deployKeys, ...tokens }, keyPlans, before),
      ciVariables: mapValues(this.deliveries, (_, { variables, secrets }) =>
        [...variables, ...secrets].sort(),
      ),
      syncs: mapValues(this.environments, (_, { syncs }) => Object.keys(syncs)),
    };
  }

  #gitHost({ git, gitToken }: Config, { ownerId, gitlabEnterprise: enterprise }: PlatformArgs): GitHost {
    switch (git.kind) {
      case "github": {
        const { owner, baseUrl, knownHosts, writeDelay } = git;
        return new GitHubHost(
          "github",
          {
            ...{ owner, baseUrl, knownHosts },
            writeDelaySeconds: durationSeconds(writeDelay),
            token: gitToken,
          },
          { parent: this },
        );
      }
      case "gitlab": {
        const { owner, baseUrl, knownHosts } = git;
        if (ownerId === undefined) throw new Error(`the number of "${owner}" on ${baseUrl} is not known`);
        return new GitLabHost(
          "gitlab",
          { owner, namespaceId: ownerId, baseUrl, knownHosts, token: gitToken, enterprise },
          { parent: this },
        );
      }
    }
  }

  /** The cluster's identity is its name in the configuration: a kubeconfig that moved replaces nothing. */
  #cluster({ cluster }: Config): ClusterProvider {
    const { name, context } = cluster;
    return new ClusterProvider(
      "cluster",
      { clusterIdentifier: name, ...(context !== undefined && { context }) },
      { parent: this },
    );
  }

  #repositories(
    { git, repositories, environments }: Config,
    host: GitHost,
    adoptions: Readonly<Record<string, Adoption>>,
  ): Record<string, SeededRepository> {
    const mark = stackTopic(pulumi.getProject(), pulumi.getStack());
    const namespaces = mapValues(environments, (key, { namespace }) => namespace ?? key);
    const { owner, owners = `@${owner}` } = git;
    const own = Object.entries(repositories).filter(([, { reference }]) => !reference);
    return mapValues(
      Object.fromEntries(own),
      (repository, { role, description, topics, visibility, defaultBranch, onDestroy, ...guards }) =>
        host.repository(
          repository,
          {
            repository,
            topics: [...topics, mark],
            visibility,
            defaultBranch,
            onDestroy,
            ...(description !== undefined && { description }),
            ...(guards.mergeMethods && { mergeMethods: guards.mergeMethods }),
            ...(guards.protection && { protection: guards.protection }),
            ...(adoptions[repository] && { adoption: adoptions[repository] }),
            seed: { role, values: seedValuesOf(repository, { owner, owners, repositories, namespaces }) },
          },
          { parent: this },
        ),
    );
  }

  /** Where the repositories are that the configuration refers to. */
  #placesOf(
    { repositories }: Config,
    found: Readonly<Record<string, Reference>>,
  ): Readonly<Record<string, Reference>> {
    const names = Object.entries(repositories).flatMap(([name, { reference }]) => (reference ? [name] : []));
    return Object.fromEntries(names.map((name) => [name, known(found, name)]));
  }

  /** All that the platform works with, whoever owns it. */
  get #hosted(): Readonly<Record<string, HostedRepository>> {
    return { ...this.references, ...this.repositories };
  }

  #deliveries(
    config: Config,
    host: GitHost,
    keyPlans: PlatformArgs["keyPlans"],
  ): Record<string, AppDelivery> {
    const apps = Object.entries(config.repositories).flatMap(([app, { delivery, image, ...repository }]) => {
      if (delivery === undefined || image === undefined) return [];
      const args = {
        host,
        app: known(this.repositories, app),
        charts: known(this.#hosted, delivery.charts),
        fluxcd: known(this.#hosted, delivery.fluxcd),
        imageRepository: image.repository,
        imageName: image.name ?? app,
        identity: ciIdentity(delivery, config),
        ...ciValues(repository, config),
        keyPlans,
      };
      return [[app, new AppDelivery(`${app}-delivery`, args, { parent: this })] as const];
    });
    return Object.fromEntries(apps);
  }

  /** Past a protection pushes the key of each app's CI that delivers there, and nobody else. */
  #protections({ repositories }: Config, host: GitHost): void {
    for (const [name, { protection, defaultBranch, mergeMethods }] of Object.entries(repositories)) {
      if (protection === undefined) continue;
      const writers = Object.entries(this.deliveries)
        .filter(([app]) => repositories[app]?.delivery?.fluxcd === name)
        .flatMap(([, { fluxcdKey }]) => fluxcdKey ?? []);
      host.protection(
        `${name}-protection`,
        {
          ...{
            repository: known(this.repositories, name),
            branch: defaultBranch,
            rules: protection,
            writers,
          },
          ...(mergeMethods && { mergeMethods }),
        },
        { parent: this },
      );
    }
  }

  #groupValues(config: Config, host: GitHost): void {
    const values = ciValues(config.git, config);
    if (values.variables.length + values.secrets.length === 0) return;
    const repositories = Object.values(this.repositories);
    new GroupValues("group", { host, repositories, ...values }, { parent: this });
  }

  #environments(
    config: Config,
    host: GitHost,
    cluster: ClusterProvider,
    keyPlans: PlatformArgs["keyPlans"],
  ): Record<string, Environment> {
    return mapValues(
      config.environments,
      (environment, settings) =>
        new Environment(
          environment,
          {
            settings,
            host,
            repositories: this.#hosted,
            defaultBranches: mapValues(config.repositories, (_, { defaultBranch }) => defaultBranch),
            controllers: this.controllers,
            retainWorkloads: config.cluster.onDestroy === "detach",
            keyPlans,
            ...(config.statusToken && { statusToken: config.statusToken }),
          },
          { parent: this, providers: [cluster] },
        ),
    );
  }

  /** One for each repository that is a source, whatever the number of environments that follow it. */
  #receivers(
    config: Config,
    host: GitHost,
    cluster: ClusterProvider,
    { keyPlans = {}, previous = {} }: PlatformArgs,
  ): Record<string, Receiver> {
    const { receiver = false } = config.flux;
    if (receiver === false) return {};
    const { namespace, deployments } = this.controllers;
    return mapValues(
      followedSources(config),
      (repository, sources) =>
        new Receiver(
          `${repository}-receiver`,
          {
            ...{ host, sources, namespace },
            repository: known(this.#hosted, repository),
            address: receiver.url,
            after: deployments,
            plan: keyPlans[webhookTokenName(repository)],
            mayBeLost: previous.deployKeys === undefined,
          },
          { parent: this, providers: [cluster] },
        ),
    );
  }
}

function mapValues<T, R>(
  record: Readonly<Record<string, T>>,
  map: (key: string, value: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)]));
}

/** An entry that the configuration's checks have promised. */
function known<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = record[key];
  if (value === undefined) throw new Error(`"${key}" is not among ${Object.keys(record).join(", ")}`);
  return value;
}
