import { type FluxObject, mapDeployments, withContainers, withPodSpec } from "../objects.ts";

/**
 * Takes the images from another registry: what is before an image's last name is replaced, the name and its tag or
 * digest stay. "ghcr.io/fluxcd/source-controller:v1.9.3" from "mirror.example:5000/flux" is
 * "mirror.example:5000/flux/source-controller:v1.9.3".
 */
export function fromRegistry(objects: readonly FluxObject[], registry: string): FluxObject[] {
  return mapDeployments(objects, (deployment) =>
    withContainers(deployment, (container) => ({
      ...container,
      image: `${registry}/${container.image.split("/").at(-1) ?? container.image}`,
    })),
  );
}

/** Lets the pods pull their images with the credentials in a Secret; undefined changes nothing. */
export function withPullSecret(objects: readonly FluxObject[], secretName: string | undefined): FluxObject[] {
  if (secretName === undefined) return [...objects];
  return mapDeployments(objects, (deployment) =>
    withPodSpec(deployment, (spec) => ({ ...spec, imagePullSecrets: [{ name: secretName }] })),
  );
}
