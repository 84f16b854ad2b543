import { type FluxObject, mapDeployments } from "../objects.ts";
import type { LockdownOptions } from "../options.ts";
import { withFlag } from "./flags.ts";

/** Controllers that can be told to refuse references to other namespaces. source-controller's objects have none. */
const crossNamespace: readonly string[] = [
  "kustomize-controller",
  "helm-controller",
  "notification-controller",
  "image-reflector-controller",
  "image-automation-controller",
  "source-watcher",
];

/** Controllers that apply what tenants write, and so should act as the tenant's account. */
const impersonating: readonly string[] = ["kustomize-controller", "helm-controller"];

/**
 * Flux's multi-tenancy lockdown: https://fluxcd.io/flux/installation/configuration/multitenancy/.
 * Undefined changes nothing.
 */
export function lockedDown(
  objects: readonly FluxObject[],
  lockdown: Required<LockdownOptions> | undefined,
): FluxObject[] {
  if (lockdown === undefined) return [...objects];
  return mapDeployments(objects, (deployment) => {
    const { name } = deployment.metadata;
    let locked = deployment;
    if (lockdown.noCrossNamespaceRefs && crossNamespace.includes(name)) {
      locked = withFlag(locked, "--no-cross-namespace-refs", "true");
    }
    if (lockdown.noRemoteBases && name === "kustomize-controller") {
      locked = withFlag(locked, "--no-remote-bases", "true");
    }
    if (impersonating.includes(name)) {
      locked = withFlag(locked, "--default-service-account", lockdown.defaultServiceAccount);
    }
    return locked;
  });
}
