/** What goes into an environment's namespace, as plain objects. Pure: no Pulumi here. */
import { labelProblem } from "../names.ts";

/** Pod Security Standards: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export const podSecurityLevels = ["privileged", "baseline", "restricted"] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/** What is asked of the pods of a namespace. Defaults: {@link podSecurityDefaults}. */
export interface PodSecurity {
  /**
   * Pods below this level are refused.
   * @default "restricted"
   */
  readonly enforce?: PodSecurityLevel;
  /**
   * Whoever applies pods below this level is warned.
   * @default "restricted"
   */
  readonly warn?: PodSecurityLevel;
  /**
   * Pods below this level are noted in the audit log.
   * @default "restricted"
   */
  readonly audit?: PodSecurityLevel;
  /**
   * Version of Kubernetes whose definition of the levels counts: "latest", or one such as "v1.36".
   * @default "latest"
   */
  readonly version?: string;
}

/** Defaults of {@link PodSecurity}. */
export const podSecurityDefaults = {
  enforce: "restricted",
  warn: "restricted",
  audit: "restricted",
  version: "latest",
} as const;

/**
 * The labels of a namespace: the user's own, and those that Pod Security admission reads.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function namespaceLabels(
  labels: Readonly<Record<string, string>> = {},
  podSecurity: PodSecurity = {},
): Record<string, string> {
  const version = podSecurity.version ?? podSecurityDefaults.version;
  const modes = (["enforce", "warn", "audit"] as const).flatMap((mode) => [
    [`${podSecurityPrefix}${mode}`, podSecurity[mode] ?? podSecurityDefaults[mode]],
    [`${podSecurityPrefix}${mode}-version`, version],
  ]);
  return { ...labels, ...(Object.fromEntries(modes) as Record<string, string>) };
}

const podSecurityPrefix = "pod-security.kubernetes.io/";

/** Quantities by resource, as Kubernetes names them: `{ "requests.cpu": "4", pods: 20 }`. */
export type Quantities = Readonly<Record<string, string | number>>;

/** Defaults and bounds of a container's resources. */
export interface LimitRangeOptions {
  /** Limits of a container that has none. */
  readonly default?: Quantities;
  /** Requests of a container that has none. */
  readonly defaultRequest?: Quantities;
  /** The least that a container may ask for. */
  readonly min?: Quantities;
  /** The most that a container may ask for. */
  readonly max?: Quantities;
}

/**
 * What a container gets that says nothing about its resources, where a quota makes saying something a duty:
 * without these, its pods would be refused.
 */
export const limitRangeDefaults = {
  defaultRequest: { cpu: "100m", memory: "128Mi" },
  default: { cpu: "500m", memory: "512Mi" },
} as const satisfies LimitRangeOptions;

/** The spec of a ResourceQuota: https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
export function quotaSpec(hard: Quantities): { readonly hard: Record<string, string> } {
  return { hard: asText(hard) };
}

/** The spec of a LimitRange for containers: https://kubernetes.io/docs/concepts/policy/limit-range/ */
export function limitRangeSpec(options: LimitRangeOptions): {
  readonly limits: readonly [
    Readonly<Record<string, string | Record<string, string>>> & { readonly type: "Container" },
  ];
} {
  const bounds = (["default", "defaultRequest", "min", "max"] as const).flatMap((field) => {
    const quantities = options[field];
    return quantities === undefined ? [] : [[field, asText(quantities)] as const];
  });
  return { limits: [{ type: "Container", ...Object.fromEntries(bounds) }] };
}

/**
 * Whether pods have to state requests or limits under a quota: it then refuses those that do not.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/#requests-vs-limits
 */
export function quotaNeedsDefaults(hard: Quantities): boolean {
  return Object.keys(hard).some((resource) => /^((requests|limits)\.)?(cpu|memory)$/.test(resource));
}

/** What stays open where everything else is denied. Defaults: {@link defaultDenyDefaults}. */
export interface DefaultDenyOptions {
  /**
   * Whether pods may ask the cluster's DNS.
   * @default true
   */
  readonly dns?: boolean;
  /**
   * Namespace where the cluster's DNS runs.
   * @default "kube-system"
   */
  readonly dnsNamespace?: string;
  /**
   * Whether the pods of the namespace may talk to one another.
   * @default false
   */
  readonly sameNamespace?: boolean;
}

/** Defaults of {@link DefaultDenyOptions}. */
export const defaultDenyDefaults = { dns: true, dnsNamespace: "kube-system", sameNamespace: false } as const;

interface PolicyPeer {
  podSelector?: object;
  namespaceSelector?: { matchLabels: Record<string, string> };
}

/** The spec of the NetworkPolicy that denies all traffic which no policy allows. */
export interface DefaultDenyPolicySpec {
  podSelector: object;
  policyTypes: ("Ingress" | "Egress")[];
  ingress?: { from: PolicyPeer[] }[];
  egress?: { to: PolicyPeer[]; ports?: { protocol: "UDP" | "TCP"; port: number }[] }[];
}

/**
 * The spec of a NetworkPolicy for every pod of the namespace: nothing in, nothing out but questions to the cluster's
 * DNS. Other policies add to it; none takes away. DNS is allowed by where it runs, not to everywhere on port 53, which
 * would be a way out.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies
 */
export function defaultDenyPolicySpec(options: DefaultDenyOptions = {}): DefaultDenyPolicySpec {
  const dns = options.dns ?? defaultDenyDefaults.dns;
  const neighbours: PolicyPeer[] =
    (options.sameNamespace ?? defaultDenyDefaults.sameNamespace) ? [{ podSelector: {} }] : [];
  const dnsPods: PolicyPeer = {
    namespaceSelector: {
      matchLabels: {
        "kubernetes.io/metadata.name": options.dnsNamespace ?? defaultDenyDefaults.dnsNamespace,
      },
    },
  };
  const egress: NonNullable<DefaultDenyPolicySpec["egress"]> = [
    ...neighbours.map((peer) => ({ to: [peer] })),
    ...(dns ? [{ to: [dnsPods], ports: [...dnsPorts] }] : []),
  ];
  return {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    // An empty list means the same as none, and the cluster gives back none.
    ...(neighbours.length === 0 ? {} : { ingress: [{ from: neighbours }] }),
    ...(egress.length === 0 ? {} : { egress }),
  };
}

const dnsPorts = [
  { protocol: "UDP", port: 53 },
  { protocol: "TCP", port: 53 },
] as const;

/** Everything that is wrong with a namespace's name and labels; an empty list when nothing is. */
export function namespaceProblems(name: string, labels: Readonly<Record<string, string>> = {}): string[] {
  const wrongName = labelProblem(name);
  const owned = Object.keys(labels).filter((key) => key.startsWith(podSecurityPrefix));
  return [
    ...(wrongName === undefined ? [] : [`namespace: ${wrongName}`]),
    ...(/^(default|kube-.*)$/.test(name)
      ? [
          `namespace: ${JSON.stringify(name)} is Kubernetes' own, and it would be deleted with the stack: take another`,
        ]
      : []),
    ...owned.map((key) => `labels: ${JSON.stringify(key)} comes from podSecurity: set it there`),
  ];
}

function asText(quantities: Quantities): Record<string, string> {
  return Object.fromEntries(
    Object.entries(quantities).map(([resource, quantity]) => [resource, String(quantity)]),
  );
}
