import type { Condition } from "../cluster/kube-types.ts";
import type { ContainerStatus, Pod, PodStatus } from "./pod.ts";

/** What the status of a pod is computed from, besides its containers. */
export interface PodFacts {
  readonly podIP: string;
  readonly startTime: string;
  /** RFC 3339, whole seconds, as the API keeps it. */
  readonly now: string;
}

/** Now, in the form that Kubernetes keeps. */
export function kubeTime(date = new Date()): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/**
 * The status of a pod from the states of its containers.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export function podStatus(pod: Pod, containers: readonly ContainerStatus[], facts: PodFacts): PodStatus {
  const phase = podPhase(pod, containers);
  return {
    phase,
    hostIP: "127.0.0.1",
    podIP: facts.podIP,
    podIPs: [{ ip: facts.podIP }],
    startTime: facts.startTime,
    conditions: podConditions(pod.status?.conditions ?? [], containers, phase, facts.now),
    containerStatuses: containers,
  };
}

/** Whether a status says that the pod is ready. */
export function isReady(status: PodStatus | undefined): boolean {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
}

/** Where the pod is in its life. A container that crashed and waits for its restart counts as running. */
export function podPhase(pod: Pod, containers: readonly ContainerStatus[]): NonNullable<PodStatus["phase"]> {
  const ended = containers.flatMap(({ state }) => ("terminated" in state ? [state.terminated] : []));
  const policy = pod.spec.restartPolicy ?? "Always";
  const failed = ended.some(({ exitCode }) => exitCode !== 0);
  const final = policy === "Never" || (policy === "OnFailure" && !failed);
  if (final && ended.length === containers.length && containers.length > 0)
    return failed ? "Failed" : "Succeeded";
  const begun = containers.every(
    ({ state, lastState }) => !("waiting" in state) || lastState.terminated !== undefined,
  );
  return begun ? "Running" : "Pending";
}

function podConditions(
  before: readonly Condition[],
  containers: readonly ContainerStatus[],
  phase: string,
  now: string,
): readonly Condition[] {
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const done = phase === "Succeeded" || phase === "Failed";
  const why = done
    ? { reason: phase === "Succeeded" ? "PodCompleted" : "PodFailed" }
    : { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  const ready = unready.length === 0 && !done;
  const ours = [
    condition(before, now, "PodReadyToStartContainers", true),
    condition(before, now, "Initialized", true),
    condition(before, now, "Ready", ready, why),
    condition(before, now, "ContainersReady", ready, why),
  ];
  // PodScheduled is the scheduler's, and readiness gates are their controllers': they stay as they are.
  return [...ours, ...before.filter(({ type }) => !ours.some((own) => own.type === type))];
}

/** A condition, keeping the time of its last transition as long as its status is the same. */
function condition(
  before: readonly Condition[],
  now: string,
  type: string,
  holds: boolean,
  why: { readonly reason: string; readonly message?: string } = { reason: "" },
): Condition {
  const status = holds ? "True" : "False";
  const previous = before.find((entry) => entry.type === type);
  const since = previous?.status === status ? (previous.lastTransitionTime ?? now) : now;
  return { type, status, lastTransitionTime: since, ...(holds ? {} : why) };
}
