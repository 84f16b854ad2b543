import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../problems.ts";
import { requireKubernetesProvider } from "./provider.ts";
import {
  type DefaultDenyOptions,
  type LimitRangeOptions,
  type PodSecurity,
  type PodSecurityLevel,
  type Quantities,
  defaultDenyPolicySpec,
  limitRangeDefaults,
  limitRangeSpec,
  namespaceLabels,
  namespaceProblems,
  quotaNeedsDefaults,
  quotaSpec,
} from "./specs.ts";

export interface ClusterNamespaceArgs {
  /** Name of the namespace. Changing it replaces the namespace with everything in it. */
  readonly namespace: string;
  /** Labels beside those of Pod Security. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * What is asked of pods: one level to enforce, or each mode with its own.
   * @default `podSecurityDefaults`: "restricted"
   */
  readonly podSecurity?: PodSecurityLevel | PodSecurity;
  /**
   * Hard limits of all pods together: `{ "requests.cpu": "4", pods: 20 }`.
   * @default none
   */
  readonly quota?: Quantities;
  /**
   * Defaults and bounds of each container's resources.
   * @default none; `limitRangeDefaults` where the quota counts CPU or memory, for it refuses pods that state neither
   */
  readonly limitRange?: LimitRangeOptions;
  /**
   * Whether to deny all traffic that no other NetworkPolicy allows, and what stays open even so.
   * @default false
   */
  readonly defaultDeny?: boolean | DefaultDenyOptions;
}

/**
 * A namespace for workloads, with the rules that hold in it. It has one owner, this component: what is delivered into
 * it must not contain the namespace, or a pruned manifest would take everything along.
 *
 * @throws Error listing everything that is wrong with the arguments
 */
export class ClusterNamespace extends pulumi.ComponentResource {
  /** The namespace's name, known when its rules are in force: what goes into it comes after them. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: ClusterNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ClusterNamespace "${name}" cannot be made`, namespaceProblems(args.namespace, args.labels));

    super("slipway:index:ClusterNamespace", name, {}, opts);
    requireKubernetesProvider(this, "ClusterNamespace", name);

    const namespace = this.#namespace(name, args);
    const rules = [
      ...this.#quota(name, args, namespace),
      ...this.#limitRange(name, args, namespace),
      ...this.#defaultDeny(name, args, namespace),
    ];
    this.namespaceName = pulumi
      .all([namespace.metadata.name, pulumi.all(rules.map((rule) => rule.metadata.name))])
      .apply(([namespaceName]) => namespaceName);
    this.registerOutputs({ namespaceName: this.namespaceName });
  }

  #namespace(name: string, { namespace, labels, annotations, podSecurity }: ClusterNamespaceArgs) {
    const levels = typeof podSecurity === "string" ? { enforce: podSecurity } : podSecurity;
    const metadata = {
      name: namespace,
      labels: namespaceLabels(labels, levels),
      ...(annotations === undefined ? {} : { annotations }),
    };
    return new k8s.core.v1.Namespace(`${name}-namespace`, { metadata }, { parent: this });
  }

  #quota(name: string, { quota }: ClusterNamespaceArgs, namespace: k8s.core.v1.Namespace) {
    if (quota === undefined) return [];
    const args = { metadata: metadataIn(namespace, "quota"), spec: quotaSpec(quota) };
    return [new k8s.core.v1.ResourceQuota(`${name}-quota`, args, { parent: this })];
  }

  #limitRange(
    name: string,
    { quota = {}, limitRange }: ClusterNamespaceArgs,
    namespace: k8s.core.v1.Namespace,
  ) {
    const options = limitRange ?? (quotaNeedsDefaults(quota) ? limitRangeDefaults : undefined);
    if (options === undefined) return [];
    const { limits } = limitRangeSpec(options);
    const args = { metadata: metadataIn(namespace, "limits"), spec: { limits: [...limits] } };
    return [new k8s.core.v1.LimitRange(`${name}-limits`, args, { parent: this })];
  }

  #defaultDeny(
    name: string,
    { defaultDeny = false }: ClusterNamespaceArgs,
    namespace: k8s.core.v1.Namespace,
  ) {
    if (defaultDeny === false) return [];
    const spec = defaultDenyPolicySpec(defaultDeny === true ? {} : defaultDeny);
    const args = {
      metadata: metadataIn(namespace, "default-deny"),
      spec,
    };
    return [new k8s.networking.v1.NetworkPolicy(`${name}-default-deny`, args, { parent: this })];
  }
}

function metadataIn(namespace: k8s.core.v1.Namespace, name: string) {
  return { name, namespace: namespace.metadata.name };
}
