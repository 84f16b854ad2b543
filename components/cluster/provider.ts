import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { failureHook } from "../failures.ts";
import { onClusterFailure } from "./cluster-failure.ts";
import { clusterReader } from "./reader.ts";

export interface ClusterProviderArgs {
  /** The cluster's identity: a kubeconfig that moved replaces nothing. */
  readonly clusterIdentifier: string;
  /**
   * Context of the kubeconfig.
   * @default the kubeconfig's own current one
   */
  readonly context?: string;
}

/** The provider of a stack's cluster, which also explains and retries what fails there: see `onClusterFailure`. */
export class ClusterProvider extends k8s.Provider {
  /** Bound to every resource of the cluster, by {@link clusterHooks}. */
  readonly onFailure: pulumi.ErrorHook;
  /** Context of the kubeconfig; undefined for the kubeconfig's own current one. */
  readonly kubeContext: string | undefined;

  constructor(name: string, args: ClusterProviderArgs, opts?: pulumi.ResourceOptions) {
    const { clusterIdentifier, context } = args;
    super(
      name,
      {
        clusterIdentifier,
        enableServerSideApply: true,
        // What Slipway declares is Slipway's alone: a field that somebody edited by hand comes back.
        enablePatchForce: true,
        ...(context !== undefined && { context }),
      },
      opts,
    );
    this.kubeContext = context;
    const open = () => clusterReader(context);
    this.onFailure = failureHook(`${name}-failure`, (failure, say) => onClusterFailure(failure, say, open));
  }
}

/** The hooks of a component's Kubernetes resources: those of its cluster's provider. A provider of another make has none. */
export function clusterHooks(component: pulumi.ComponentResource): pulumi.ResourceHookBinding {
  const provider = clusterProvider(component);
  return provider === undefined ? {} : { onError: [provider.onFailure] };
}

/** The provider of a component's Kubernetes resources; undefined for one of another make. */
export function clusterProvider(component: pulumi.ComponentResource): ClusterProvider | undefined {
  const provider = component.getProvider(anyKind);
  return provider instanceof ClusterProvider ? provider : undefined;
}

/** Asking for the provider of one kind asks for that of the whole package. */
const anyKind = "kubernetes:core/v1:Namespace";

/**
 * Refuses a component without an explicit Kubernetes provider: its children would silently go to whatever cluster
 * the machine's kubeconfig points at.
 */
export function requireKubernetesProvider(
  component: pulumi.ComponentResource,
  type: string,
  name: string,
): void {
  if (component.getProvider(anyKind) !== undefined) return;
  throw new Error(
    `${type} "${name}" has no Kubernetes provider, and would use the machine's own kubeconfig: ` +
      `pass one with the options, as in { provider: cluster }`,
  );
}
