import { type ContainerResources, type FluxObject, mapDeployments, withContainers } from "../objects.ts";

/** Sets the number of pods of the named controllers. */
export function withReplicas(
  objects: readonly FluxObject[],
  replicas: Readonly<Record<string, number>>,
): FluxObject[] {
  return mapDeployments(objects, (deployment) => {
    const count = replicas[deployment.metadata.name];
    return count === undefined
      ? deployment
      : { ...deployment, spec: { ...deployment.spec, replicas: count } };
  });
}

/** Sets requests and limits of the named controllers; what is not given stays. */
export function withResources(
  objects: readonly FluxObject[],
  resources: Readonly<Record<string, ContainerResources>>,
): FluxObject[] {
  return mapDeployments(objects, (deployment) => {
    const wanted = resources[deployment.metadata.name];
    if (wanted === undefined) return deployment;
    return withContainers(deployment, (container) => ({
      ...container,
      resources: {
        ...container.resources,
        requests: { ...container.resources?.requests, ...wanted.requests },
        limits: { ...container.resources?.limits, ...wanted.limits },
      },
    }));
  });
}
