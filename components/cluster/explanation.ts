/** Why an object of the cluster is not what it should be. */
import { adviceFor, describeCommand } from "./advice.ts";
import {
  conditionsOf,
  containerProblems,
  describeCondition,
  eventLines,
  inventoryOf,
  isHealthy,
  podLines,
} from "./object-status.ts";
import type { ClusterObject, ClusterReader, ObjectRef } from "./reader.ts";

/** What one object tells, and what it is made of. */
interface Findings {
  readonly lines: string[];
  /** Objects whose events are of interest. */
  readonly uids: Set<string>;
  /** Reasons of containers that do not run. */
  readonly reasons: string[];
}

/** Kinds with health of their own that a sync applies. */
const watched = ["Deployment", "StatefulSet", "DaemonSet", "Job", "HelmRelease", "Kustomization"];

/** How many objects are looked at: the rest is for kubectl. */
const most = { applied: 20, pods: 3, logLines: 4 };

/**
 * An object's conditions, what it is made of (the unhealthy objects of a sync, the pods of a Deployment), the last
 * events, and what to do, for people to read. What the user may not read is left out.
 *
 * @throws when the API server does not answer at all
 */
export async function explanation(reader: ClusterReader, ref: ObjectRef): Promise<string> {
  const object = await reader.get(ref);
  const name = `${ref.kind} ${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`;
  if (object === undefined)
    return `The ${name} is not on the cluster: the provider's message says why it was refused.`;
  const { lines, uids, reasons } = await findings(reader, object, true);
  const events = await eventsOf(reader, object, uids);
  return [
    `What the cluster says of the ${name}:`,
    ...lines.map((line) => `  ${line}`),
    ...(lines.length === 0 ? ["  it has no status yet: no controller has looked at it"] : []),
    ...(events.length === 0 ? [] : ["The last events:", ...events.map((line) => `  ${line}`)]),
    `What to do: ${adviceFor(ref, object, reasons)} Then run \`pulumi up\` again: it goes on from here.`,
    `More: ${describeCommand(ref, reader.context)}`,
  ].join("\n");
}

async function findings(reader: ClusterReader, object: ClusterObject, logs: boolean): Promise<Findings> {
  const { uid = "", deletionTimestamp, finalizers = [] } = object.metadata ?? {};
  const deleting =
    deletionTimestamp === undefined ? [] : [`it is being deleted, and held by ${finalizers.join(", ")}`];
  const found: Findings = {
    lines: [...deleting, ...conditionsOf(object).map(describeCondition)],
    uids: new Set([uid]),
    reasons: [],
  };
  if (object.kind === "Kustomization") await addApplied(reader, object, found);
  else await addPods(reader, object, found, logs);
  return found;
}

/** What a sync has applied and is not healthy. */
async function addApplied(reader: ClusterReader, sync: ClusterObject, found: Findings): Promise<void> {
  const entries = inventoryOf(sync).filter(({ kind }) => watched.includes(kind));
  for (const entry of entries.slice(0, most.applied)) {
    const object = await quietly(() => reader.get(entry));
    if (object === undefined || isHealthy(object)) continue;
    const { lines, uids, reasons } = await findings(
      reader,
      { ...object, kind: entry.kind },
      // Nobody knows what a team's program writes there: it does not go into the log of a pipeline.
      false,
    );
    found.lines.push(`${entry.kind} ${entry.namespace ?? ""}/${entry.name} is not healthy:`);
    found.lines.push(...lines.map((line) => `  ${line}`));
    for (const uid of uids) found.uids.add(uid);
    found.reasons.push(...reasons);
  }
}

/** The pods that belong to a workload, by way of a ReplicaSet or not, and the ends of their logs if these are wanted. */
async function addPods(
  reader: ClusterReader,
  workload: ClusterObject,
  found: Findings,
  logs: boolean,
): Promise<void> {
  const { namespace } = workload.metadata ?? {};
  if (namespace === undefined || !watched.includes(workload.kind ?? "")) return;
  const list = (apiVersion: string, kind: string) => quietly(() => reader.list(apiVersion, kind, namespace));
  const owned = (object: ClusterObject) =>
    (object.metadata?.ownerReferences ?? []).some(({ uid = "" }) => found.uids.has(uid));
  const replicaSets = workload.kind === "Deployment" ? ((await list("apps/v1", "ReplicaSet")) ?? []) : [];
  for (const set of replicaSets.filter(owned)) found.uids.add(set.metadata?.uid ?? "");
  const pods = ((await list("v1", "Pod")) ?? []).filter(owned);
  for (const pod of pods) found.uids.add(pod.metadata?.uid ?? "");

  for (const pod of pods.filter((one) => podLines(one).length > 0).slice(0, most.pods)) {
    found.lines.push(...podLines(pod));
    for (const { container, reason, crashed } of containerProblems(pod)) {
      found.reasons.push(reason);
      if (!crashed || !logs) continue;
      const name = pod.metadata?.name ?? "";
      const log = await quietly(() => reader.logTail(namespace, name, container, most.logLines));
      const lines = (log ?? "")
        .trim()
        .split("\n")
        .filter((line) => line !== "");
      found.lines.push(...lines.map((line) => `  log: ${line.slice(0, 300)}`));
    }
  }
}

async function eventsOf(
  reader: ClusterReader,
  object: ClusterObject,
  uids: ReadonlySet<string>,
): Promise<string[]> {
  const namespaces = new Set([
    object.metadata?.namespace,
    ...inventoryOf(object).map(({ namespace }) => namespace),
  ]);
  const events: ClusterObject[] = [];
  for (const namespace of namespaces) {
    if (namespace === undefined) continue;
    events.push(...((await quietly(() => reader.list("v1", "Event", namespace))) ?? []));
  }
  return eventLines(events, uids, new Date());
}

/** Nothing, where something may not be read: what can be is told. */
async function quietly<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch {
    return undefined;
  }
}
