import { type FluxObject, mapDeployments, withPodSpec } from "../objects.ts";

/** Keeps the pods on Linux nodes, as `flux install` does: the images are of no other system. */
export function onLinux(objects: readonly FluxObject[]): FluxObject[] {
  return mapDeployments(objects, (deployment) =>
    withPodSpec(deployment, (spec) => ({
      ...spec,
      nodeSelector: { ...(spec["nodeSelector"] as object | undefined), "kubernetes.io/os": "linux" },
    })),
  );
}

/** Lets the pods run on nodes with these taints, whatever the taints' values and effects; no keys change nothing. */
export function tolerating(objects: readonly FluxObject[], keys: readonly string[]): FluxObject[] {
  if (keys.length === 0) return [...objects];
  const tolerations = [...new Set(keys)].map((key) => ({ key, operator: "Exists" }));
  return mapDeployments(objects, (deployment) =>
    withPodSpec(deployment, (spec) => ({ ...spec, tolerations })),
  );
}
