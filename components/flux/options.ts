import type { ContainerResources } from "./objects.ts";

/** Controllers that `flux install` installs unless told otherwise. */
export const defaultComponents = [
  "source-controller",
  "kustomize-controller",
  "helm-controller",
  "notification-controller",
] as const;

/** Controllers that are installed only when asked for. */
export const extraComponents = [
  "image-reflector-controller",
  "image-automation-controller",
  "source-watcher",
] as const;

/** Every controller of the Flux distribution. */
export const fluxComponents = [...defaultComponents, ...extraComponents] as const;

/** A controller of the Flux distribution. */
export type FluxComponent = (typeof fluxComponents)[number];

/** How much the controllers write to their logs. */
export const logLevels = ["debug", "info", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * How Flux is installed: the options of `flux install` under their names there
 * (https://fluxcd.io/flux/cmd/flux_install/), and those that Flux's documentation gives as patches
 * (https://fluxcd.io/flux/installation/configuration/). Defaults: {@link fluxControllersDefaults}.
 */
export interface FluxControllersOptions {
  /**
   * Namespace of the controllers.
   * Changing it replaces everything in it.
   * @default "flux-system"
   */
  readonly namespace?: string;
  /**
   * Version of the Flux distribution, as a label on every object: `flux check` and `flux version` read it.
   * @default the label that the manifest has; Flux's release `install.yaml` has none
   */
  readonly version?: string;
  /**
   * Controllers to install. source-controller is among them always.
   * @default source, kustomize, helm and notification controller
   */
  readonly components?: readonly FluxComponent[];
  /**
   * Controllers in addition to `components`.
   * @default none
   */
  readonly componentsExtra?: readonly FluxComponent[];
  /**
   * Registry and path the images come from, without scheme: a mirror keeps the last part of the images' names and
   * their tags, so `mirror.example/flux` means `mirror.example/flux/source-controller:v1.9.3`.
   * @default "ghcr.io/fluxcd"
   */
  readonly registry?: string;
  /**
   * Name of the Secret, in the controllers' namespace, that holds the registry's credentials.
   * @default none
   */
  readonly imagePullSecret?: string;
  /**
   * Whether the controllers serve every namespace, or only their own.
   * @default true
   */
  readonly watchAllNamespaces?: boolean;
  /**
   * Whether network policies keep other namespaces from reaching the controllers (metrics and webhooks excepted).
   * @default true
   */
  readonly networkPolicy?: boolean;
  /**
   * The cluster's own DNS domain.
   * @default "cluster.local"
   */
  readonly clusterDomain?: string;
  /** @default "info" */
  readonly logLevel?: LogLevel;
  /**
   * Keys of node taints that the controllers' pods tolerate, whatever the taint's value and effect.
   * @default none
   */
  readonly tolerationKeys?: readonly string[];
  /**
   * Requests and limits by controller. What is not given stays as Flux has it.
   * @default Flux's own: 50m or 100m CPU and 64Mi requested, limits of 1000m and 1Gi
   */
  readonly resources?: Readonly<Partial<Record<FluxComponent, ContainerResources>>>;
  /**
   * Pods by controller. Leader election lets one work; the others stand by and take over within a minute.
   * source-controller and source-watcher run once only: artifacts are served by the leader, so that a second pod is
   * never ready and every rollout would wait for it in vain.
   * @default 1 each
   */
  readonly replicas?: Readonly<Partial<Record<FluxComponent, number>>>;
  /**
   * Multi-tenancy lockdown (https://fluxcd.io/flux/installation/configuration/multitenancy/), or false.
   * Under it, a sync acts as its namespace's `default` service account: the platform's own need `serviceAccountName`.
   * @default false
   */
  readonly lockdown?: LockdownOptions | boolean;
  /**
   * Keeps source-controller's artifacts on a persistent volume, so that a restart does not fetch everything again;
   * false: in the pod's own temporary directory.
   * @default false
   */
  readonly storage?: StorageOptions | false;
  /**
   * Whether the CRDs keep the texts that `kubectl explain` prints. Without them, Pulumi's state has half its size, every
   * run takes less time, and an upgrade's diff shows what changes in the schemas; validation is the same.
   * @default false
   */
  readonly crdDescriptions?: boolean;
}

/** The parts of the multi-tenancy lockdown, all of them on unless said otherwise. */
export interface LockdownOptions {
  /**
   * Refuses references to objects of other namespaces.
   * @default true
   */
  readonly noCrossNamespaceRefs?: boolean;
  /**
   * Refuses kustomize bases that are fetched from elsewhere.
   * @default true
   */
  readonly noRemoteBases?: boolean;
  /**
   * Service account, of the object's own namespace, that Kustomizations and HelmReleases act as when they name none.
   * @default "default"
   */
  readonly defaultServiceAccount?: string;
}

/** The volume of source-controller's artifacts. */
export interface StorageOptions {
  /**
   * Size as a Kubernetes quantity.
   * @default "10Gi"
   */
  readonly size?: string;
  /**
   * StorageClass of the volume.
   * @default the cluster's default class
   */
  readonly storageClass?: string;
}

/** Defaults of {@link FluxControllersOptions}: those of `flux install`. */
export const fluxControllersDefaults = {
  namespace: "flux-system",
  components: defaultComponents as readonly FluxComponent[],
  componentsExtra: [] as readonly FluxComponent[],
  registry: "ghcr.io/fluxcd",
  watchAllNamespaces: true,
  networkPolicy: true,
  clusterDomain: "cluster.local",
  logLevel: "info" as LogLevel,
  tolerationKeys: [] as readonly string[],
  lockdown: { noCrossNamespaceRefs: true, noRemoteBases: true, defaultServiceAccount: "default" },
  storage: { size: "10Gi" },
  crdDescriptions: false,
} as const;

/** Options with every default filled in. */
export interface ResolvedFluxOptions {
  readonly namespace: string;
  readonly version: string | undefined;
  /** `components` and `componentsExtra` together, each once. */
  readonly components: readonly FluxComponent[];
  readonly registry: string;
  readonly imagePullSecret: string | undefined;
  readonly watchAllNamespaces: boolean;
  readonly networkPolicy: boolean;
  readonly clusterDomain: string;
  readonly logLevel: LogLevel;
  readonly tolerationKeys: readonly string[];
  readonly resources: Readonly<Partial<Record<FluxComponent, ContainerResources>>>;
  readonly replicas: Readonly<Partial<Record<FluxComponent, number>>>;
  /** Undefined: no lockdown. */
  readonly lockdown: Required<LockdownOptions> | undefined;
  /** Undefined: no volume. */
  readonly storage: { readonly size: string; readonly storageClass: string | undefined } | undefined;
  readonly crdDescriptions: boolean;
}

/** Fills in {@link fluxControllersDefaults}. Checks nothing: see `fluxOptionsProblems`. */
export function resolveFluxOptions(options: FluxControllersOptions = {}): ResolvedFluxOptions {
  const defaults = fluxControllersDefaults;
  const components = [
    ...(options.components ?? defaults.components),
    ...(options.componentsExtra ?? defaults.componentsExtra),
  ];
  return {
    namespace: options.namespace ?? defaults.namespace,
    version: options.version,
    components: [...new Set(components)],
    registry: options.registry ?? defaults.registry,
    imagePullSecret: options.imagePullSecret,
    watchAllNamespaces: options.watchAllNamespaces ?? defaults.watchAllNamespaces,
    networkPolicy: options.networkPolicy ?? defaults.networkPolicy,
    clusterDomain: options.clusterDomain ?? defaults.clusterDomain,
    logLevel: options.logLevel ?? defaults.logLevel,
    tolerationKeys: options.tolerationKeys ?? defaults.tolerationKeys,
    resources: options.resources ?? {},
    replicas: options.replicas ?? {},
    lockdown: resolveLockdown(options.lockdown ?? false),
    storage: resolveStorage(options.storage ?? false),
    crdDescriptions: options.crdDescriptions ?? defaults.crdDescriptions,
  };
}

function resolveLockdown(lockdown: LockdownOptions | boolean): Required<LockdownOptions> | undefined {
  if (lockdown === false) return undefined;
  const given = lockdown === true ? {} : lockdown;
  const defaults = fluxControllersDefaults.lockdown;
  return {
    noCrossNamespaceRefs: given.noCrossNamespaceRefs ?? defaults.noCrossNamespaceRefs,
    noRemoteBases: given.noRemoteBases ?? defaults.noRemoteBases,
    defaultServiceAccount: given.defaultServiceAccount ?? defaults.defaultServiceAccount,
  };
}

function resolveStorage(storage: StorageOptions | false): ResolvedFluxOptions["storage"] {
  if (storage === false) return undefined;
  return { size: storage.size ?? fluxControllersDefaults.storage.size, storageClass: storage.storageClass };
}
