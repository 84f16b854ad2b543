import { PROCESS_NODE_LABEL } from "../cluster/process-node-policy.ts";
import type { Condition } from "../cluster/kube-types.ts";

/** Seconds for which a heartbeat is good, and between two of them: the kubelet's own figures. */
export const LEASE_SECONDS = 40;
export const HEARTBEAT_SECONDS = 10;

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** What the node offers to the scheduler: plenty, since whether Flux fits must not depend on how small a machine is. */
export const RESOURCES = { cpu: "8", memory: "16Gi", pods: "50", "ephemeral-storage": "100Gi" } as const;

/** What the Node object says of this machine. */
export interface NodeFacts {
  readonly name: string;
  /** Where the kubelet's API is served, if it is. */
  readonly kubeletPort: number | undefined;
  readonly now: string;
}

/** The Node object that the process node registers, without its status. */
export function nodeManifest(facts: Pick<NodeFacts, "name">): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: facts.name,
      labels: {
        "kubernetes.io/arch": ARCHITECTURES[process.arch] ?? process.arch,
        "kubernetes.io/hostname": facts.name,
        // Flux's manifests select it, whatever this machine runs.
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/process": "",
        [PROCESS_NODE_LABEL]: "true",
      },
    },
    spec: { taints: [{ key: PROCESS_NODE_LABEL, value: "true", effect: "NoSchedule" }] },
  };
}

/** The status that a serving (or, `ready: false`, a stopped) process node reports. */
export function nodeStatus(facts: NodeFacts, ready: boolean): Record<string, unknown> {
  const condition = (type: string, status: "True" | "False", reason: string, message: string): Condition => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: facts.now,
    lastTransitionTime: facts.now,
  });
  return {
    capacity: RESOURCES,
    allocatable: RESOURCES,
    addresses: [
      { type: "InternalIP", address: "127.0.0.1" },
      { type: "Hostname", address: facts.name },
    ],
    ...(facts.kubeletPort !== undefined && {
      daemonEndpoints: { kubeletEndpoint: { Port: facts.kubeletPort } },
    }),
    nodeInfo: {
      architecture: ARCHITECTURES[process.arch] ?? process.arch,
      bootID: "",
      containerRuntimeVersion: "process://1",
      kernelVersion: "",
      kubeProxyVersion: "",
      kubeletVersion: "slipway-lab",
      machineID: "",
      operatingSystem: "linux",
      osImage: "Slipway's process node",
      systemUUID: "",
    },
    conditions: [
      condition("MemoryPressure", "False", "ProcessNode", "not measured"),
      condition("DiskPressure", "False", "ProcessNode", "not measured"),
      condition("PIDPressure", "False", "ProcessNode", "not measured"),
      ready
        ? condition("Ready", "True", "ProcessNodeReady", "the process node runs pods as processes")
        : condition("Ready", "False", "ProcessNodeStopped", "the process node was stopped"),
    ],
  };
}

/** The heartbeat: a Lease in kube-node-lease. @see https://kubernetes.io/docs/concepts/architecture/leases/ */
export function nodeLease(name: string, nodeUid: string, now: Date): Record<string, unknown> {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name,
      namespace: "kube-node-lease",
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid: nodeUid }],
    },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: LEASE_SECONDS,
      // A MicroTime: six digits of a second.
      renewTime: now.toISOString().replace(/\.(\d{3})Z$/, ".$1000Z"),
    },
  };
}
