import { isMap, UNKNOWN, type PropertyMap, type PropertyValue } from "../values.ts";
import type { Mutability } from "./force-new.ts";
import {
  activeCluster,
  ambientKubeconfig,
  connectionOf,
  readKubeconfig,
  type Connection,
  type Kubeconfig,
} from "./kubeconfig.ts";
import type { WriteSettings } from "./operations.ts";

/**
 * The provider's configuration
 * (https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/).
 */
export interface Settings extends WriteSettings {
  readonly namespace: string | undefined;
  readonly mutability: Mutability;
  readonly deleteUnreachable: boolean;
  readonly skipUpdateUnreachable: boolean;
  /** Where to speak to, or why there is nothing to speak to. */
  readonly connection: Connection | Error;
}

const TEXTS = ["kubeconfig", "context", "cluster", "namespace", "clusterIdentifier"];
const FLAGS = new Map([
  ["enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY"],
  ["deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"],
  ["skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"],
  ["enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"],
  ["upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"],
  ["enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"],
  ["enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"],
]);
/** Accepted without an effect: they tune what the offline provider does not do. */
const WITHOUT_EFFECT = [
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "kubeClientSettings",
  "helmReleaseSettings",
  "rejectUnknownResources",
  "strictMode",
  "alwaysRender",
  // The engine's own.
  "version",
  "pluginDownloadURL",
  "pluginChecksums",
  "__internal",
];

/** One thing that is wrong with the configuration. */
export interface SettingProblem {
  readonly property: string;
  readonly reason: string;
}

/** Everything in the provider's inputs that the offline provider does not handle. */
export function settingProblems(inputs: PropertyMap): SettingProblem[] {
  const problems: SettingProblem[] = [];
  for (const [property, value] of Object.entries(inputs)) {
    if (value === null || value === "") continue;
    if (property === "renderYamlToDirectory") {
      problems.push({ property, reason: "the lab's offline kubernetes provider does not render YAML" });
    } else if (property === "enableServerSideApply" && (value === false || value === "false")) {
      problems.push({
        property,
        reason: "the lab's offline kubernetes provider only knows server-side apply",
      });
    } else if (![...TEXTS, ...FLAGS.keys(), ...WITHOUT_EFFECT].includes(property)) {
      problems.push({ property, reason: "the lab's offline kubernetes provider does not know this setting" });
    }
  }
  return problems;
}

/**
 * Reads the configuration that the engine hands over.
 * @param variables by the setting's plain name
 * Errors with a `NotLocalError` when the cluster is not on this machine; a kubeconfig that cannot be used is kept as
 * `connection`, because a preview goes on without a cluster.
 */
export function readSettings(
  variables: ReadonlyMap<string, string>,
  environment: NodeJS.ProcessEnv,
): Settings {
  const text = (name: string): string | undefined => variables.get(name) || undefined;
  const flag = (name: string): boolean => {
    const ambient = environment[FLAGS.get(name) ?? ""];
    return (variables.get(name) ?? ambient) === "true";
  };
  const config = { kubeconfig: text("kubeconfig"), context: text("context"), cluster: text("cluster") };
  return {
    namespace: text("namespace"),
    mutability: { secrets: flag("enableSecretMutable"), configMaps: flag("enableConfigMapMutable") },
    deleteUnreachable: flag("deleteUnreachable"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable"),
    upsertExistingObjects: flag("upsertExistingObjects"),
    enablePatchForce: flag("enablePatchForce"),
    connection: connection(config, environment),
  };
}

interface ClusterChoice {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
}

function connection(choice: ClusterChoice, environment: NodeJS.ProcessEnv): Connection | Error {
  try {
    const { kubeconfig } = choice;
    return connectionOf(
      kubeconfig === undefined ? ambientKubeconfig(environment) : readKubeconfig(kubeconfig),
      choice,
    );
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What a change of the provider's configuration means for its resources. */
export interface SettingsDiff {
  readonly diffs: readonly string[];
  /** The settings whose change replaces every resource of the provider. */
  readonly replaces: readonly string[];
}

/**
 * Compares two configurations. A kubeconfig that points at another cluster replaces everything; with a
 * `clusterIdentifier` only a change of that does. As the official provider's DiffConfig.
 */
export function diffSettings(olds: PropertyMap, news: PropertyMap): SettingsDiff {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  const diffs = [...keys].filter((key) => !same(olds[key], news[key]));
  const oldId = olds["clusterIdentifier"];
  const newId = news["clusterIdentifier"];
  const hasBoth = isGiven(oldId) && isGiven(newId);
  if (hasBoth && same(oldId, newId)) return { diffs, replaces: [] };
  const replaces = hasBoth ? ["clusterIdentifier"] : [];

  const clusterKeys = ["kubeconfig", "context", "cluster"];
  const unknown = clusterKeys.find((key) => news[key] === UNKNOWN);
  if (unknown !== undefined) return { diffs: [unknown], replaces: [...replaces, unknown] };
  const [before, after] = [chosenCluster(olds), chosenCluster(news)];
  if (before !== undefined && after !== undefined && before !== after) {
    replaces.push(...clusterKeys.filter((key) => diffs.includes(key)));
  }
  return { diffs, replaces };
}

function isGiven(value: PropertyValue | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** The cluster of a configuration as comparable text; undefined where it says none. */
function chosenCluster(inputs: PropertyMap): string | undefined {
  const text = (key: string): string | undefined => {
    const value = inputs[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const kubeconfig = inputs["kubeconfig"];
  const source = isMap(kubeconfig) ? JSON.stringify(kubeconfig) : text("kubeconfig");
  if (source === undefined) return undefined;
  let config: Kubeconfig;
  try {
    config = readKubeconfig(source);
  } catch {
    return undefined;
  }
  const cluster = activeCluster(config, { context: text("context"), cluster: text("cluster") });
  return (
    cluster &&
    JSON.stringify(Object.entries(cluster).toSorted(([left], [right]) => left.localeCompare(right)))
  );
}

function same(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (left === UNKNOWN || right === UNKNOWN) return left === right;
  return JSON.stringify(left ?? null) === JSON.stringify(right ?? null);
}
