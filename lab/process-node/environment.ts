import { expand } from "./expand.ts";
import { type Mount, rewritePaths } from "./mounts.ts";
import type { Container, EnvVar, Pod } from "./pod.ts";
import { RESOURCES } from "./node-object.ts";
import { dividedQuantity } from "./quantity.ts";

/** Texts of a ConfigMap or Secret by key. */
export type Data = Readonly<Record<string, string>>;

/** Where the environment's ConfigMaps and Secrets are read from; undefined when there is none of that name. */
export interface DataSource {
  readonly configMap: (name: string) => Promise<Data | undefined>;
  readonly secret: (name: string) => Promise<Data | undefined>;
}

/**
 * The environment that a container's spec describes, with `$(NAME)` expanded and the container's paths rewritten.
 * @throws when a ConfigMap, Secret, key or field that is not optional does not exist
 */
export async function containerEnvironment(
  pod: Pod,
  container: Container,
  podIP: string,
  mounts: readonly Mount[],
  source: DataSource,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const data = await wholeData(source, configMapRef, secretRef);
    for (const [key, value] of Object.entries(data)) environment[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await variableValue(pod, container, podIP, variable, environment, source);
    if (value !== undefined) environment[variable.name] = rewritePaths(value, mounts);
  }
  return environment;
}

/** The arguments of a container, expanded and rewritten. The image's program stands in for `command`'s first word. */
export function containerArgs(
  container: Container,
  environment: Readonly<Record<string, string>>,
  mounts: readonly Mount[],
): readonly string[] {
  const words = [...(container.command ?? []).slice(1), ...(container.args ?? [])];
  return words.map((word) => rewritePaths(expand(word, environment), mounts));
}

/** The value of a downward-API field. @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
export function fieldValue(pod: Pod, podIP: string, path: string): string {
  const entry = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  const { metadata, spec } = pod;
  if (entry !== null) {
    const map = entry[1] === "labels" ? metadata.labels : metadata.annotations;
    return map?.[entry[2] ?? ""] ?? "";
  }
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "spec.nodeName": spec.nodeName,
    "spec.serviceAccountName": spec.serviceAccountName ?? "default",
    "status.hostIP": "127.0.0.1",
    "status.podIP": podIP,
    "status.podIPs": podIP,
  };
  const value = fields[path];
  if (value === undefined) throw new Error(`fieldRef ${path}: the process node does not know this field`);
  return value;
}

async function variableValue(
  pod: Pod,
  container: Container,
  podIP: string,
  variable: EnvVar,
  environment: Readonly<Record<string, string>>,
  source: DataSource,
): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return expand(variable.value ?? "", environment);
  if (from.fieldRef !== undefined) return fieldValue(pod, podIP, from.fieldRef.fieldPath);
  if (from.resourceFieldRef !== undefined) {
    return resourceValue(container, from.resourceFieldRef.resource, from.resourceFieldRef.divisor);
  }
  const ref = from.configMapKeyRef ?? from.secretKeyRef;
  if (ref === undefined)
    throw new Error(`env ${variable.name}: the process node does not know this valueFrom`);
  const kind = from.configMapKeyRef === undefined ? "secret" : "configMap";
  const value = (await source[kind](ref.name))?.[ref.key];
  if (value === undefined && ref.optional !== true) {
    throw new Error(`env ${variable.name}: ${kind} ${ref.name} has no key ${ref.key}, or does not exist`);
  }
  return value;
}

/** A limit that is not set is the node's own size, as the kubelet has it. */
function resourceValue(container: Container, resource: string, divisor: string | undefined): string {
  const [group, name = ""] = resource.split(".");
  const { limits, requests } = container.resources ?? {};
  const whole = (RESOURCES as Readonly<Record<string, string>>)[name] ?? "0";
  const quantity = group === "requests" ? (requests?.[name] ?? "0") : (limits?.[name] ?? whole);
  return dividedQuantity(quantity, divisor);
}

async function wholeData(
  source: DataSource,
  configMap: { readonly name: string; readonly optional?: boolean } | undefined,
  secret: { readonly name: string; readonly optional?: boolean } | undefined,
): Promise<Data> {
  const ref = configMap ?? secret;
  if (ref === undefined) return {};
  const kind = configMap === undefined ? "secret" : "configMap";
  const data = await source[kind](ref.name);
  if (data === undefined && ref.optional !== true)
    throw new Error(`envFrom: ${kind} ${ref.name} does not exist`);
  return data ?? {};
}
