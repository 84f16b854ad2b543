import { SIMULATED_NODE } from "./kwokctl-config.ts";

/**
 * A node that kwok simulates: it reports Ready, and pods on it become Running at once without doing anything.
 * @see https://kwok.sigs.k8s.io/docs/user/kwok-manage-nodes-and-pods/
 */
export function simulatedNode(name: string): Record<string, unknown> {
  const resources = { cpu: "32", memory: "256Gi", "ephemeral-storage": "1Ti", pods: "1000" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { [SIMULATED_NODE.key]: SIMULATED_NODE.value, "node.alpha.kubernetes.io/ttl": "0" },
      labels: {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/simulated": "",
        type: "kwok",
      },
    },
    status: { allocatable: resources, capacity: resources },
  };
}
