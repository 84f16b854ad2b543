import type * as pulumi from "@pulumi/pulumi";

/**
 * Refuses a component without an explicit Kubernetes provider: its children would silently go to whatever cluster
 * the machine's kubeconfig points at.
 */
export function requireKubernetesProvider(
  component: pulumi.ComponentResource,
  type: string,
  name: string,
): void {
  if (component.getProvider("kubernetes:core/v1:Namespace") !== undefined) return;
  throw new Error(
    `${type} "${name}" has no Kubernetes provider, and would use the machine's own kubeconfig: ` +
      `pass one with the options, as in { provider: cluster }`,
  );
}
