import { type FluxDeployment, type FluxObject, isDeployment, withPodSpec } from "../objects.ts";
import type { ResolvedFluxOptions } from "../options.ts";

/** The claim of source-controller's volume. */
const claimName = "source-controller-data";

/** The volume of the Deployment that holds the artifacts. */
const volumeName = "data";

/**
 * Keeps source-controller's artifacts on a persistent volume: a claim, and the Deployment's `data` volume on it.
 * The volume can be with one pod at a time, which is what the Deployment's strategy (Recreate) is for.
 * Undefined changes nothing.
 */
export function withStorage(
  objects: readonly FluxObject[],
  storage: ResolvedFluxOptions["storage"],
): FluxObject[] {
  const deployment = objects
    .filter(isDeployment)
    .find(({ metadata }) => metadata.name === "source-controller");
  if (storage === undefined || deployment === undefined) return [...objects];
  const others = objects.filter(
    (object) => !(object.kind === "PersistentVolumeClaim" && object.metadata.name === claimName),
  );
  // Before the Deployment and not at the list's beginning: there the namespace is made.
  return others.flatMap((object) =>
    object === deployment ? [claim(deployment, storage), onClaim(deployment)] : [object],
  );
}

function claim(
  deployment: FluxDeployment,
  { size, storageClass }: NonNullable<ResolvedFluxOptions["storage"]>,
): FluxObject {
  const labels = Object.entries(deployment.metadata.labels ?? {}).filter(([key]) =>
    key.startsWith("app.kubernetes.io/"),
  );
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: claimName,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels: Object.fromEntries(labels),
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    },
  };
}

function onClaim(deployment: FluxDeployment): FluxDeployment {
  const volume = { name: volumeName, persistentVolumeClaim: { claimName } };
  return withPodSpec(deployment, (spec) => ({
    ...spec,
    volumes: [...(spec.volumes ?? []).filter(({ name }) => name !== volumeName), volume],
  }));
}
