import { at, isObject, numberAt, objectsAt, textAt, type JsonObject } from "../values.ts";
import { apiVersion, type Gvk } from "./kinds.ts";

/** What an object's status says. */
export interface Readiness {
  readonly ready: boolean;
  /** What it waits for, or what is wrong, in a sentence for the user; "" when ready. */
  readonly reason: string;
  /** Whether waiting longer cannot help. */
  readonly failed?: boolean;
}

/** Other objects that some rules look at. */
export interface Related {
  /** Whether the Service's Endpoints, if there are any, changed long enough ago. Services and Ingresses only. */
  readonly endpointsSettled: boolean;
  /** The namespace's Endpoints, by name. */
  readonly endpoints: ReadonlyMap<string, JsonObject>;
  /** The claim's StorageClass. PersistentVolumeClaims only. */
  readonly storageClass: JsonObject | undefined;
}

/** A rule that tells from an object's status whether it is what was asked for. */
export type Rule = (object: JsonObject, related: Related) => Readiness;

/** How a kind is waited for. */
export interface Awaiter {
  readonly rule: Rule;
  /** Whether a refresh reports an object that is not ready as a failed one. */
  readonly onRead: boolean;
  /** What else is watched. */
  readonly watches?: "endpoints" | "storageClass";
  /** Seconds after which the wait ends whatever the resource's timeout is. */
  readonly atMostSeconds?: number;
}

const READY: Readiness = { ready: true, reason: "" };
const waitingFor = (reason: string): Readiness => ({ ready: false, reason });
const failure = (reason: string): Readiness => ({ ready: false, reason, failed: true });

/** The item of `status.conditions` of this type. */
export function condition(object: JsonObject, type: string): JsonObject | undefined {
  return objectsAt(object, "status", "conditions").find((item) => textAt(item, "type") === type);
}

/** `Type=Status (Reason): message` of a condition. */
export function describeCondition(item: JsonObject): string {
  const reason = textAt(item, "reason");
  const message = textAt(item, "message");
  const because = reason === "" ? "" : ` (${reason})`;
  return `${textAt(item, "type")}=${textAt(item, "status")}${because}${message === "" ? "" : `: ${message}`}`;
}

const isTrue = (object: JsonObject, type: string): boolean =>
  textAt(condition(object, type), "status") === "True";

function observed(object: JsonObject): boolean {
  return (
    numberAt(object, ["status", "observedGeneration"], -1) >= numberAt(object, ["metadata", "generation"])
  );
}

const deployment: Rule = (object) => {
  if (!observed(object)) return waitingFor("the Deployment controller has not seen this version yet");
  const wanted = numberAt(object, ["spec", "replicas"], 1);
  const updated = numberAt(object, ["status", "updatedReplicas"]);
  const available = numberAt(object, ["status", "availableReplicas"]);
  const progressing = condition(object, "Progressing");
  if (progressing && textAt(progressing, "status") !== "True")
    return waitingFor(describeCondition(progressing));
  if (updated < wanted) return waitingFor(`${updated} of ${wanted} pods run this version`);
  if (available < wanted) return waitingFor(`${available} of ${wanted} pods are available`);
  if (!isTrue(object, "Available")) {
    const item = condition(object, "Available");
    return waitingFor(item ? describeCondition(item) : "it is not available yet");
  }
  const revision = textAt(object, "metadata", "annotations", "deployment.kubernetes.io/revision");
  if (revision !== "1" && progressing && textAt(progressing, "reason") !== "NewReplicaSetAvailable") {
    return waitingFor("the new version is still rolling out");
  }
  return READY;
};

const statefulSet: Rule = (object) => {
  if (!observed(object)) return waitingFor("the StatefulSet controller has not seen this version yet");
  const wanted = numberAt(object, ["spec", "replicas"], 1);
  const ready = numberAt(object, ["status", "readyReplicas"]);
  if (ready !== wanted) return waitingFor(`${ready} of ${wanted} pods are ready`);
  const rolling = textAt(object, "spec", "updateStrategy", "type") !== "OnDelete";
  if (rolling && textAt(object, "status", "currentRevision") !== textAt(object, "status", "updateRevision")) {
    return waitingFor(
      `${numberAt(object, ["status", "updatedReplicas"])} of ${wanted} pods run this version`,
    );
  }
  return READY;
};

const daemonSet: Rule = (object) => {
  const desired = numberAt(object, ["status", "desiredNumberScheduled"], -1);
  if (!observed(object) || desired < 0)
    return waitingFor("the DaemonSet controller has not seen this version yet");
  const counts = [
    ["currentNumberScheduled", "are scheduled"],
    ["updatedNumberScheduled", "run this version"],
    ["numberAvailable", "are available"],
    ["numberReady", "are ready"],
  ] as const;
  for (const [field, what] of counts) {
    const count = numberAt(object, ["status", field]);
    if (count < desired) return waitingFor(`${count} of ${desired} pods ${what}`);
  }
  return READY;
};

const job: Rule = (object) => {
  const failed = condition(object, "Failed");
  const reason = textAt(failed, "reason");
  if (failed && textAt(failed, "status") === "True") {
    const final = reason === "BackoffLimitExceeded" || reason === "DeadlineExceeded";
    return final ? failure(describeCondition(failed)) : waitingFor(describeCondition(failed));
  }
  if (textAt(object, "status", "startTime") === "") return waitingFor("it has not started");
  if (isTrue(object, "Complete")) return READY;
  const [active, succeeded, failures] = ["active", "succeeded", "failed"].map((field) =>
    numberAt(object, ["status", field]),
  );
  return waitingFor(`its pods: ${active ?? 0} active, ${succeeded ?? 0} succeeded, ${failures ?? 0} failed`);
};

const pod: Rule = (object) => {
  const succeeded = textAt(object, "status", "phase") === "Succeeded";
  for (const type of ["PodScheduled", "Initialized", "Ready"]) {
    if (isTrue(object, type) || (succeeded && type === "Ready")) continue;
    const item = condition(object, type);
    return waitingFor(item ? describeCondition(item) : `it has no condition ${type} yet`);
  }
  return READY;
};

const service: Rule = (object, related) => {
  const type = textAt(object, "spec", "type") || "ClusterIP";
  if (type === "LoadBalancer" && objectsAt(object, "status", "loadBalancer", "ingress").length === 0) {
    return waitingFor("nothing has given the load balancer an address");
  }
  const selector = at(object, "spec", "selector");
  const selectsPods = isObject(selector) && Object.keys(selector).length > 0;
  if (type === "ExternalName" || textAt(object, "spec", "clusterIP") === "None" || !selectsPods) return READY;
  const endpoints = related.endpoints.get(textAt(object, "metadata", "name"));
  if (!endpoints) return waitingFor("the endpoints controller has not seen it yet");
  const pending = objectsAt(endpoints, "subsets").some(
    (subset) => objectsAt(subset, "notReadyAddresses").length > 0,
  );
  if (pending) return waitingFor("some of its pods are not ready");
  return related.endpointsSettled ? READY : waitingFor("its endpoints are still changing");
};

const ingress: Rule = (object, related) => {
  if (objectsAt(object, "status", "loadBalancer", "ingress").length === 0) {
    return waitingFor("no ingress controller has given it an address (status.loadBalancer is empty)");
  }
  // A path to a Service that never gets endpoints is only a warning once things have settled.
  if (related.endpointsSettled) return READY;
  const names = objectsAt(object, "spec", "rules")
    .flatMap((rule) => objectsAt(rule, "http", "paths"))
    .map((path) => textAt(path, "backend", "service", "name"))
    .filter((name) => name !== "");
  const missing = names.find((name) => !related.endpoints.has(name));
  return missing === undefined ? READY : waitingFor(`the Service ${missing} has no endpoints`);
};

const persistentVolume: Rule = (object) => {
  const phase = textAt(object, "status", "phase");
  return phase === "Available" || phase === "Bound"
    ? READY
    : waitingFor(`its phase is ${phase || "not set"}`);
};

const persistentVolumeClaim: Rule = (object, related) => {
  const phase = textAt(object, "status", "phase");
  if (phase === "Bound") return READY;
  const late = textAt(related.storageClass, "volumeBindingMode") === "WaitForFirstConsumer";
  return late && phase === "Pending" ? READY : waitingFor(`its phase is ${phase || "not set"}, not Bound`);
};

const resourceQuota: Rule = (object) => {
  const wanted = at(object, "spec", "hard");
  const reported = at(object, "status", "hard");
  const same =
    isObject(wanted) &&
    isObject(reported) &&
    Object.keys(wanted).length === Object.keys(reported).length &&
    Object.entries(wanted).every(([key, value]) => reported[key] === value);
  return same ? READY : waitingFor("the quota controller has not taken its limits over (status.hard)");
};

const replicationController: Rule = (object) => {
  const wanted = numberAt(object, ["spec", "replicas"], 1);
  const available = numberAt(object, ["status", "availableReplicas"]);
  return available === wanted ? READY : waitingFor(`${available} of ${wanted} pods are available`);
};

const secret: Rule = (object) => {
  if (textAt(object, "type") !== "kubernetes.io/service-account-token") return READY;
  const data = at(object, "data");
  const filled = isObject(data) && Object.keys(data).length > 0;
  return filled ? READY : waitingFor("its token has not been written: does the service account exist?");
};

const namespace: Rule = (object) => {
  const phase = textAt(object, "status", "phase");
  return phase === "Active" ? READY : waitingFor(`its phase is ${phase || "not set"}, not Active`);
};

const crd: Rule = (object) => {
  if (isTrue(object, "Established")) return READY;
  const names = condition(object, "NamesAccepted");
  if (names && textAt(names, "status") === "False") return failure(describeCondition(names));
  return waitingFor("it is not Established yet");
};

/**
 * The rules, by apiVersion/kind: those of the official provider (provider/pkg/await of pulumi-kubernetes), and two
 * more. A Namespace and a CustomResourceDefinition are waited for here for the moment that they take; the official
 * provider goes on at once and repeats what comes too early.
 */
const AWAITERS: Record<string, Awaiter> = {
  "apps/v1/DaemonSet": { rule: daemonSet, onRead: true },
  "apps/v1/Deployment": { rule: deployment, onRead: true },
  "apps/v1/StatefulSet": { rule: statefulSet, onRead: true },
  "apiextensions.k8s.io/v1/CustomResourceDefinition": { rule: crd, onRead: false },
  "batch/v1/Job": { rule: job, onRead: true },
  "networking.k8s.io/v1/Ingress": { rule: ingress, onRead: true, watches: "endpoints" },
  "v1/Namespace": { rule: namespace, onRead: false },
  "v1/PersistentVolume": { rule: persistentVolume, onRead: false, atMostSeconds: 300 },
  "v1/PersistentVolumeClaim": {
    rule: persistentVolumeClaim,
    onRead: false,
    watches: "storageClass",
    atMostSeconds: 300,
  },
  "v1/Pod": { rule: pod, onRead: true },
  "v1/ReplicationController": { rule: replicationController, onRead: false },
  "v1/ResourceQuota": { rule: resourceQuota, onRead: false, atMostSeconds: 60 },
  "v1/Secret": { rule: secret, onRead: false, atMostSeconds: 5 },
  "v1/Service": { rule: service, onRead: true, watches: "endpoints" },
};

/** How this kind is waited for; undefined for one that is ready as soon as it exists. */
export function awaiterFor(gvk: Gvk): Awaiter | undefined {
  return AWAITERS[`${apiVersion(gvk)}/${gvk.kind}`];
}

/**
 * Readiness of any object by its conventions, for `PULUMI_K8S_AWAIT_ALL=true`: the latest generation observed, and
 * neither `Ready` false nor `Reconciling` or `Stalled` true.
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export const byConvention: Rule = (object) => {
  const generation = numberAt(object, ["status", "observedGeneration"], Number.MAX_SAFE_INTEGER);
  if (generation < numberAt(object, ["metadata", "generation"]))
    return waitingFor("its controller has not seen it yet");
  const stalled = condition(object, "Stalled");
  if (stalled && textAt(stalled, "status") === "True") return failure(describeCondition(stalled));
  const reconciling = condition(object, "Reconciling");
  if (reconciling && textAt(reconciling, "status") === "True")
    return waitingFor(describeCondition(reconciling));
  const ready = condition(object, "Ready");
  if (ready && textAt(ready, "status") !== "True") return waitingFor(describeCondition(ready));
  return READY;
};
