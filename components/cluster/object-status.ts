/** What objects of a cluster say about themselves, in lines for people. Pure: nothing is read here. */
import type { ClusterObject } from "./reader.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/definitions/condition-v1-meta/ */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** As much of a pod's status as is looked at: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
interface PodStatus {
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly message?: string; readonly exitCode?: number };
}

interface Event {
  readonly involvedObject?: { readonly uid?: string; readonly kind?: string; readonly name?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly firstTimestamp?: string | null;
}

/** An object in the inventory of a Kustomization. */
export interface InventoryEntry {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The conditions of an object, those that are not as they should be first. */
export function conditionsOf(object: ClusterObject): Condition[] {
  const { conditions = [] } = (object["status"] ?? {}) as { conditions?: readonly Condition[] };
  const rank = (one: Condition) => (isWell(one) ? 2 : one.type === "Reconciling" ? 1 : 0);
  return [...conditions].sort((one, other) => rank(one) - rank(other));
}

/** "Ready=False (ArtifactFailed): kustomization path not found …" */
export function describeCondition({ type, status, reason = "", message = "" }: Condition): string {
  return `${type}=${status}${reason === "" ? "" : ` (${reason})`}${message === "" ? "" : `: ${oneLine(message)}`}`;
}

/** Conditions that are bad when they are true; all others are bad when they are not. */
const badWhenTrue = ["Stalled", "ReplicaFailure", "Failed", "Reconciling"];

function isWell({ type, status }: Condition): boolean {
  return badWhenTrue.includes(type) ? status !== "True" : status === "True";
}

/** Whether an object is what it should be, as far as its conditions and its pods' numbers say; one without any is. */
export function isHealthy(object: ClusterObject): boolean {
  const { replicas } = (object["spec"] ?? {}) as { replicas?: number };
  const status = (object["status"] ?? {}) as { readyReplicas?: number; updatedReplicas?: number };
  const pods = Math.min(status.readyReplicas ?? 0, status.updatedReplicas ?? status.readyReplicas ?? 0);
  return conditionsOf(object).every(isWell) && (replicas === undefined || pods >= replicas);
}

/** A container that does not run, and why. */
export interface ContainerProblem {
  readonly container: string;
  /** As in "CrashLoopBackOff". */
  readonly reason: string;
  readonly line: string;
  /** Whether it has run and ended, so that its log says more. */
  readonly crashed: boolean;
}

/** Reasons of a container that is merely on its way. */
const onItsWay = ["ContainerCreating", "PodInitializing", "Completed"];

/** What is wrong with the containers of a pod. */
export function containerProblems(pod: ClusterObject): ContainerProblem[] {
  const { initContainerStatuses = [], containerStatuses = [] } = (pod["status"] ?? {}) as PodStatus;
  return [...initContainerStatuses, ...containerStatuses].flatMap((status) => {
    const { name, state = {}, lastState = {}, restartCount = 0 } = status;
    const now = state.waiting ?? state.terminated;
    const before = state.terminated ?? lastState.terminated;
    const reason = now?.reason ?? "";
    if (now === undefined || onItsWay.includes(reason)) return [];
    const ended =
      before && `it ended with exit code ${before.exitCode ?? "unknown"}, ${restartCount} restarts`;
    const parts = [now.message, ended].filter((part) => part !== undefined && part !== "");
    const line = `container ${name}: ${[reason, ...parts.map((part) => oneLine(part ?? ""))].join(": ")}`;
    return [{ container: name, reason, line, crashed: before !== undefined }];
  });
}

/** Lines for a pod that is not ready; none for one that is. */
export function podLines(pod: ClusterObject): string[] {
  const conditions = conditionsOf(pod);
  const { phase = "Pending" } = (pod["status"] ?? {}) as PodStatus;
  if (phase === "Succeeded" || conditions.some(({ type, status }) => type === "Ready" && status === "True"))
    return [];
  const name = `Pod ${pod.metadata?.name ?? ""}`;
  const containers = containerProblems(pod);
  if (containers.length > 0) return containers.map(({ line }) => `${name}, ${line}`);
  const unmet = conditions.find((condition) => !isWell(condition) && (condition.message ?? "") !== "");
  return [`${name}: ${unmet === undefined ? phase : describeCondition(unmet)}`];
}

/** The last events of some objects, oldest first: the warnings, if there are any. What was said more than once is said once. */
export function eventLines(
  events: readonly ClusterObject[],
  uids: ReadonlySet<string>,
  now: Date,
  most = 5,
): string[] {
  const all = (events as readonly Event[]).filter(({ involvedObject }) =>
    uids.has(involvedObject?.uid ?? ""),
  );
  const warnings = all.filter(({ type }) => type === "Warning");
  const about = warnings.length > 0 ? warnings : all;
  const latest = new Map<string, { at: string; line: string }>();
  for (const event of about.toSorted((one, other) => timeOf(one).localeCompare(timeOf(other)))) {
    const { type = "Normal", reason = "", message = "", involvedObject } = event;
    const times = event.series?.count ?? event.count ?? 1;
    const line = `${type} ${reason} (${involvedObject?.kind ?? ""} ${involvedObject?.name ?? ""})${times > 1 ? `, ${times} times` : ""}: ${oneLine(message)}`;
    const key = `${reason} ${involvedObject?.kind ?? ""}`;
    latest.delete(key);
    latest.set(key, { at: timeOf(event), line });
  }
  return [...latest.values()].slice(-most).map(({ at, line }) => `${age(at, now)} ago: ${line}`);
}

function timeOf({ series, lastTimestamp, eventTime, firstTimestamp }: Event): string {
  const time: unknown = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? "";
  return time instanceof Date ? time.toISOString() : String(time);
}

function age(time: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(time)) / 1000));
  if (Number.isNaN(seconds)) return "some time";
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** The objects that a Kustomization has applied: https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory */
export function inventoryOf(kustomization: ClusterObject): InventoryEntry[] {
  const { inventory } = (kustomization["status"] ?? {}) as {
    inventory?: { entries?: readonly { id: string; v: string }[] };
  };
  return (inventory?.entries ?? []).map(({ id, v }) => {
    const [namespace = "", name = "", group = "", kind = ""] = id.split("_");
    const apiVersion = group === "" ? v : `${group}/${v}`;
    return { apiVersion, kind, name: name.replaceAll("__", ":"), ...(namespace !== "" && { namespace }) };
  });
}

/** Long messages, as of a validation, are for `kubectl describe`. */
const longest = 400;

function oneLine(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest)} …` : line;
}
