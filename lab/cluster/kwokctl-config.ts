import { stringify } from "yaml";

/** Absolute paths of the pinned binaries that a cluster is put together from. */
export interface ClusterBinaries {
  readonly kwokctl: string;
  readonly kwok: string;
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  /** kwokctl asks the API server through it whether it serves. */
  readonly kubectl: string;
}

/** The cluster's ports on 127.0.0.1. They are fixed when the cluster is created. */
export interface ClusterPorts {
  readonly apiserver: number;
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly kwok: number;
}

/** The component names of kwokctl's binary runtime, and the binary of each. */
export const COMPONENTS = {
  etcd: "etcd",
  "kube-apiserver": "kubeApiserver",
  "kube-controller-manager": "kubeControllerManager",
  "kube-scheduler": "kubeScheduler",
  "kwok-controller": "kwok",
} as const satisfies Record<string, keyof ClusterBinaries>;

/** The annotation by which kwok knows the nodes that it simulates. */
export const SIMULATED_NODE = { key: "kwok.x-k8s.io/node", value: "fake" } as const;

/** What kwokctl's configuration is made from. */
export interface KwokctlConfigInput {
  readonly binaries: ClusterBinaries;
  readonly ports: ClusterPorts;
  /** For example "v1.36.3". */
  readonly kubeVersion: string;
  /** The cluster's own folder, where kwokctl keeps its certificates. */
  readonly clusterDir: string;
  /** The file with `kwokStages`. */
  readonly stagesFile: string;
}

/**
 * Arguments of `kwokctl create` that its configuration file cannot say. Without leases kwok reports its nodes' health
 * in their status: with them, a kwok that was restarted waits out its predecessor's lease of 200 s, simulates nothing
 * meanwhile, and its nodes go NotReady.
 */
export const CREATE_ARGS = ["--node-lease-duration-seconds", "0"] as const;

type Flags = Readonly<Record<string, string>>;

/**
 * kwokctl's configuration file for a cluster that listens on 127.0.0.1 alone, enforces RBAC and admission as a real
 * one does, and simulates only the nodes that ask for it.
 * @see https://kwok.sigs.k8s.io/docs/generated/apis/#config.kwok.x-k8s.io/v1alpha1.KwokctlConfiguration
 */
export function kwokctlConfig(input: KwokctlConfigInput): string {
  const { binaries, ports, kubeVersion, clusterDir } = input;
  const admin = `${clusterDir}/pki/admin`;
  return stringify({
    kind: "KwokctlConfiguration",
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    options: {
      runtime: "binary",
      kubeVersion,
      bindAddress: "127.0.0.1",
      securePort: true,
      kubeAuthorization: true,
      kubeAdmission: true,
      etcdBinary: binaries.etcd,
      kubeApiserverBinary: binaries.kubeApiserver,
      kubeControllerManagerBinary: binaries.kubeControllerManager,
      kubeSchedulerBinary: binaries.kubeScheduler,
      kwokControllerBinary: binaries.kwok,
      kubectlBinary: binaries.kubectl,
      kubeApiserverPort: ports.apiserver,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeControllerManagerPort: ports.controllerManager,
      kubeSchedulerPort: ports.scheduler,
      kwokControllerPort: ports.kwok,
    },
    componentsPatches: Object.entries(extraFlags(admin, input.stagesFile)).map(([name, flags]) => ({
      name,
      extraArgs: Object.entries(flags).map(([key, value]) => ({ key, value })),
    })),
  });
}

/** Flags that kwokctl has no option for, by component. */
function extraFlags(admin: string, stages: string): Readonly<Record<string, Flags>> {
  // One replica each: waiting for a dead predecessor's lease would cost a restart 15 s.
  const alone: Flags = { "leader-elect": "false", "kube-api-qps": "500", "kube-api-burst": "1000" };
  return {
    "kube-apiserver": {
      // Otherwise the address of the machine's default route, which changes and may not exist. It is only written
      // into the `kubernetes` Service, which refuses loopback: an address for documentation (RFC 5737).
      "advertise-address": "192.0.2.1",
      "service-cluster-ip-range": "10.96.0.0/16",
      // By these the process node knows that `kubectl logs` comes through the API server.
      "kubelet-client-certificate": `${admin}.crt`,
      "kubelet-client-key": `${admin}.key`,
      "kubelet-preferred-address-types": "InternalIP",
    },
    "kube-controller-manager": {
      ...alone,
      "use-service-account-credentials": "true",
      // A group that grows costs nothing here, and a chart's 50 Deployments should not queue.
      "concurrent-deployment-syncs": "10",
      "concurrent-replicaset-syncs": "10",
      // A commit that raises an HPA's least number of pods is seen within seconds; Kubernetes' own default is 15 s.
      "horizontal-pod-autoscaler-sync-period": "3s",
    },
    "kube-scheduler": alone,
    "kwok-controller": {
      // Added to the stages that kwokctl gives it.
      config: stages,
      "manage-all-nodes": "false",
      "manage-nodes-with-annotation-selector": `${SIMULATED_NODE.key}=${SIMULATED_NODE.value}`,
    },
  };
}

/**
 * What kwok does beyond its own stages: a running pod that the node controller has marked not ready, as it does to all
 * pods of a node that was silent (the machine slept, kwok was down), is ready again. kwok's own stages would leave it.
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */
export function kwokStages(): string {
  const conditions = ["Ready", "ContainersReady"]
    .map((type) => `- type: ${type}\n  status: "True"\n  lastTransitionTime: {{ Now | Quote }}\n`)
    .join("");
  return stringify({
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name: "slipway-pod-ready-again" },
    spec: {
      resourceRef: { apiGroup: "v1", kind: "Pod" },
      selector: {
        matchExpressions: [
          { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
          { key: ".status.phase", operator: "In", values: ["Running"] },
          {
            key: '.status.conditions.[] | select( .type == "Ready" ) | .status',
            operator: "In",
            values: ["False"],
          },
        ],
      },
      delay: { durationMilliseconds: 1000 },
      next: { statusTemplate: `conditions:\n${conditions}` },
    },
  });
}
