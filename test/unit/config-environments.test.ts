import { refused, taken } from "./config-findings.ts";

const dev = ["environments", "dev"];

refused([
  ["Kubernetes' namespace", [...dev, "namespace"], "kube-system", "which belongs to Kubernetes or to Flux"],
  ["a long namespace", [...dev, "namespace"], "x".repeat(64), "is not a Kubernetes name"],
  [
    "two owners of a namespace",
    ["environments", "qa"],
    { namespace: "spring-app-namespace" },
    'the namespace of the environment "dev" already',
  ],
  [
    "a namespace of Kubernetes' to come",
    [...dev, "namespace"],
    "kube-more",
    "which belongs to Kubernetes or to Flux",
  ],
  ["a bad quantity", [...dev, "quota", "pods"], "many", '"many" is not a quantity of Kubernetes'],
  [
    "one name in two environments",
    ["environments", "qa"],
    { sources: { "flux-cd": { repository: "flux-cd" } } },
    'is also a name in the environment "dev"',
  ],
  [
    "an unknown level of security",
    [...dev, "podSecurity"],
    "strict",
    'slipway:environments.dev.podSecurity: got "strict", expected privileged or baseline or restricted or an object',
  ],
  [
    "an unknown level in one mode",
    [...dev, "podSecurity"],
    { warn: "restrictd" },
    'slipway:environments.dev.podSecurity.warn: got "restrictd", expected privileged or baseline or restricted (did you mean "restricted"?)',
  ],
  [
    "a mistyped mode",
    [...dev, "podSecurity"],
    { enforc: "baseline" },
    'slipway:environments.dev.podSecurity.enforc: is not a key: did you mean "enforce"?',
  ],
  [
    "a mistyped exception",
    [...dev, "defaultDeny"],
    { sameNamespce: true },
    'slipway:environments.dev.defaultDeny.sameNamespce: is not a key: did you mean "sameNamespace"?',
  ],
  ["a label with two slashes", [...dev, "labels"], { "a/b/c": "x" }, '"a/b/c" is not the key of a label'],
  [
    "a label's prefix in capitals",
    [...dev, "labels"],
    { "Example.com/team": "x" },
    'what is before the "/" must be a domain',
  ],
  ["a long label", [...dev, "labels"], { ["x".repeat(64)]: "x" }, "is not the key of a label"],
  [
    "a label with blanks",
    [...dev, "labels"],
    { team: "the web team" },
    'slipway:environments.dev.labels.team: "the web team" is not the value of a label',
  ],
  [
    "a label of Pod Security",
    [...dev, "labels"],
    { "pod-security.kubernetes.io/warn": "baseline" },
    "slipway:environments.dev.labels.pod-security.kubernetes.io/warn: comes from `podSecurity`",
  ],
]);

taken([
  ["levels by mode", [...dev, "podSecurity"], { enforce: "baseline", version: "v1.36" }],
  ["denial with exceptions", [...dev, "defaultDeny"], { dns: false, sameNamespace: true }],
  ["a label with a domain and no value", [...dev, "labels"], { "example.com/Team_1": "" }],
]);
