import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../problems.ts";
import { ownsNothing } from "./deletion.ts";
import { clusterHooks, requireKubernetesProvider } from "./provider.ts";
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
  /**
   * Whether the namespace stays, with its rules and all that is in it, when it leaves the stack.
   * @default false
   */
  readonly retain?: boolean;
  /**
   * What is made before the namespace and goes after it: controllers that have to finish off objects in it, or it
   * would never end.
   * @default nothing
   */
  readonly after?: readonly pulumi.Resource[];
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

  /** The options of every object: all stay, or none does, for a namespace without its rules is another one. */
  #options({ retain = false }: ClusterNamespaceArgs): pulumi.CustomResourceOptions {
    return { parent: this, retainOnDelete: retain, hooks: clusterHooks(this) };
  }

  #namespace(name: string, args: ClusterNamespaceArgs) {
    const { namespace, labels, annotations, podSecurity, after = [] } = args;
    const levels = typeof podSecurity === "string" ? { enforce: podSecurity } : podSecurity;
    const metadata = {
      name: namespace,
      labels: namespaceLabels(labels, levels),
      ...(annotations === undefined ? {} : { annotations }),
    };
    // By `dependsOn` and not by a property: a controller that is replaced never replaces the namespace.
    const options = { ...this.#options(args), dependsOn: [...after] };
    return new k8s.core.v1.Namespace(`${name}-namespace`, { metadata }, options);
  }

  #quota(name: string, args: ClusterNamespaceArgs, namespace: k8s.core.v1.Namespace) {
    if (args.quota === undefined) return [];
    const object = { metadata: metadataIn(namespace, "quota"), spec: quotaSpec(args.quota) };
    return [new k8s.core.v1.ResourceQuota(`${name}-quota`, object, this.#options(args))];
  }

  #limitRange(name: string, args: ClusterNamespaceArgs, namespace: k8s.core.v1.Namespace) {
    const { quota = {}, limitRange } = args;
    const options = limitRange ?? (quotaNeedsDefaults(quota) ? limitRangeDefaults : undefined);
    if (options === undefined) return [];
    const { limits } = limitRangeSpec(options);
    const object = { metadata: metadataIn(namespace, "limits"), spec: { limits: [...limits] } };
    return [new k8s.core.v1.LimitRange(`${name}-limits`, object, this.#options(args))];
  }

  #defaultDeny(name: string, args: ClusterNamespaceArgs, namespace: k8s.core.v1.Namespace) {
    const { defaultDeny = false } = args;
    if (defaultDeny === false) return [];
    const spec = defaultDenyPolicySpec(defaultDeny === true ? {} : defaultDeny);
    const object = { metadata: metadataIn(namespace, "default-deny"), spec };
    return [new k8s.networking.v1.NetworkPolicy(`${name}-default-deny`, object, this.#options(args))];
  }
}

function metadataIn(namespace: k8s.core.v1.Namespace, name: string) {
  return { name, namespace: namespace.metadata.name, annotations: ownsNothing };
}
