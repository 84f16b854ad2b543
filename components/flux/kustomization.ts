import { durationProblem } from "../durations.ts";
import { labelProblem, subdomainProblem } from "../names.ts";
import { refuse } from "../problems.ts";
import { present, problemAt } from "./fields.ts";
import { gitRepositoryKind } from "./git-repository.ts";

/** The kind of Flux's syncs: https://fluxcd.io/flux/components/kustomize/kustomizations/ */
export const kustomizationKind = {
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
} as const;

/** Another sync, or any other object, by its name; in the sync's own namespace unless said otherwise. */
export interface ObjectReference {
  readonly name: string;
  readonly namespace?: string;
}

/** An object whose health the sync waits for. */
export interface HealthCheck extends ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What happens to the applied objects when the sync is deleted. */
export type DeletionPolicy = "MirrorPrune" | "Delete" | "WaitForTermination" | "Orphan";

/** What a sync applies, and how. Defaults: {@link kustomizationDefaults}. */
export interface KustomizationOptions<Text = string> {
  /** Source, of kind GitRepository unless said otherwise. */
  readonly sourceRef: { readonly kind?: string; readonly name: Text; readonly namespace?: Text };
  /**
   * Directory in the source.
   * @default "./", the source's root
   */
  readonly path?: string;
  /**
   * Time between two reconciliations; a new commit starts one at once.
   * @default "5m"
   */
  readonly interval?: string;
  /**
   * Time until a failed reconciliation is tried again.
   * @default "1m"
   */
  readonly retryInterval?: string;
  /**
   * Longest time for one reconciliation, health checks included.
   * @default "5m"
   */
  readonly timeout?: string;
  /**
   * Whether objects that leave the source leave the cluster.
   * @default true
   */
  readonly prune?: boolean;
  /**
   * Whether the sync is ready only when everything it applied is healthy.
   * @default true, or false when `healthChecks` are given: Flux ignores them otherwise
   */
  readonly wait?: boolean;
  /** Namespace that everything is put in, whatever the manifests say. */
  readonly targetNamespace?: Text;
  /** Syncs that must be ready before this one starts, by name. */
  readonly dependsOn?: readonly (string | ObjectReference)[];
  /**
   * Whether to stop reconciling. Nothing can be waited for then, and deleting the sync leaves its objects behind.
   * @default false
   */
  readonly suspend?: boolean;
  readonly healthChecks?: readonly HealthCheck[];
  /** Service account of the sync's namespace to act as. Needed under the multi-tenancy lockdown. */
  readonly serviceAccountName?: Text;
  /** Variables to put into the manifests, where these say `${name}`. */
  readonly substitute?: Readonly<Record<string, Text>>;
  /** Secret in the sync's namespace with the keys of SOPS. */
  readonly decryptionSecretName?: Text;
  /**
   * What becomes of the objects when the sync is deleted. "WaitForTermination" deletes them and waits until they are
   * gone, while the controllers that finish them off still run; "Orphan" leaves them alone.
   * @default "WaitForTermination"; with `prune: false`, "Orphan"
   */
  readonly deletionPolicy?: DeletionPolicy;
}

/** Defaults of {@link KustomizationOptions}. */
export const kustomizationDefaults = {
  path: "./",
  interval: "5m",
  retryInterval: "1m",
  timeout: "5m",
  prune: true,
  wait: true,
  suspend: false,
} as const;

/** The spec of a Kustomization. Fields that are not in use are not there: others may own them (`flux suspend`). */
export interface KustomizationSpec<Text = string> {
  readonly sourceRef: { readonly kind: string; readonly name: Text; readonly namespace?: Text };
  readonly path: string;
  readonly interval: string;
  readonly retryInterval: string;
  readonly timeout: string;
  readonly prune: boolean;
  readonly wait: boolean;
  readonly deletionPolicy: DeletionPolicy;
  readonly targetNamespace?: Text;
  readonly dependsOn?: readonly ObjectReference[];
  readonly suspend?: true;
  readonly healthChecks?: readonly HealthCheck[];
  readonly serviceAccountName?: Text;
  readonly postBuild?: { readonly substitute: Readonly<Record<string, Text>> };
  readonly decryption?: { readonly provider: "sops"; readonly secretRef: { readonly name: Text } };
}

/**
 * The spec of a Kustomization.
 * @param where the options' place in the configuration, the beginning of every problem
 * @throws Error listing everything that is wrong with the options
 */
export function kustomizationSpec<Text>(
  options: KustomizationOptions<Text>,
  where = "sync",
): KustomizationSpec<Text> {
  refuse(`${where} cannot be a sync`, kustomizationProblems(options, where));
  const { sourceRef, targetNamespace, serviceAccountName, substitute, decryptionSecretName } = options;
  const healthChecks = filled(options.healthChecks);
  const dependsOn = filled(options.dependsOn);
  const prune = options.prune ?? kustomizationDefaults.prune;
  return {
    sourceRef: {
      kind: sourceRef.kind ?? gitRepositoryKind.kind,
      name: sourceRef.name,
      ...present({ namespace: sourceRef.namespace }),
    },
    path: normalPath(options.path ?? kustomizationDefaults.path),
    interval: options.interval ?? kustomizationDefaults.interval,
    retryInterval: options.retryInterval ?? kustomizationDefaults.retryInterval,
    timeout: options.timeout ?? kustomizationDefaults.timeout,
    prune,
    wait: options.wait ?? (healthChecks === undefined ? kustomizationDefaults.wait : false),
    deletionPolicy: options.deletionPolicy ?? (prune ? "WaitForTermination" : "Orphan"),
    ...present({
      targetNamespace,
      serviceAccountName,
      healthChecks,
      dependsOn: dependsOn?.map((other) => (typeof other === "string" ? { name: other } : other)),
      postBuild: substitute === undefined ? undefined : { substitute },
      decryption:
        decryptionSecretName === undefined
          ? undefined
          : { provider: "sops" as const, secretRef: { name: decryptionSecretName } },
    }),
    ...(options.suspend === true ? { suspend: true as const } : {}),
  };
}

/** A list with something in it: an empty one says nothing, and the cluster would not keep it. */
function filled<Item>(list: readonly Item[] | undefined): readonly Item[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

function kustomizationProblems<Text>(options: KustomizationOptions<Text>, where: string): string[] {
  const durations = (["interval", "retryInterval", "timeout"] as const).flatMap((field) => {
    const value = options[field];
    return problemAt(`${where}.${field}`, value === undefined ? undefined : durationProblem(value));
  });
  const { targetNamespace, healthChecks = [] } = options;
  const unseen = options.wait === true && healthChecks.length > 0;
  return [
    ...problemAt(`${where}.path`, options.path === undefined ? undefined : pathProblem(options.path)),
    ...durations,
    ...problemAt(
      `${where}.targetNamespace`,
      typeof targetNamespace === "string" ? labelProblem(targetNamespace) : undefined,
    ),
    ...(options.dependsOn ?? []).flatMap((other, index) =>
      problemAt(
        `${where}.dependsOn[${index}]`,
        subdomainProblem(typeof other === "string" ? other : other.name),
      ),
    ),
    ...(unseen ? [`${where}.healthChecks: Flux ignores them while wait is true: drop one of the two`] : []),
  ];
}

/** A directory of the source as Flux's documentation writes it: "apps/web", "/apps/web/" and "./apps/web" are "./apps/web". */
export function normalPath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `./${parts.join("/")}`;
}

function pathProblem(path: string): string | undefined {
  return path.split("/").includes("..")
    ? `${JSON.stringify(path)} leads out of the source: write a path from its root, as in "./apps/web"`
    : undefined;
}
