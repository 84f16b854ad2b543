import { refused, taken } from "./config-findings.ts";

refused([
  ["an unknown host", ["git", "kind"], "githob", 'slipway:git.kind: got "githob", expected github'],
  ["no owner", ["git", "owner"], undefined, "slipway:git.owner: is missing"],
  [
    "a bad owner",
    ["git", "owner"],
    "acme corp",
    'slipway:git.owner: "acme corp" is not the name of a GitHub',
  ],
  ["credentials in a URL", ["git", "baseUrl"], "https://me:pw@host/", "is not a URL without credentials"],
  ["a mistyped key", ["cluster", "nmae"], "x", 'slipway:cluster.nmae: is not a key: did you mean "name"?'],
  [
    "an unknown way to leave",
    ["cluster", "onDestroy"],
    "detached",
    'slipway:cluster.onDestroy: got "detached", expected purge or detach (did you mean "detach"?)',
  ],
  ["no cluster name", ["cluster", "name"], undefined, "slipway:cluster.name: is missing: expected a string"],
  ["a wrong type", ["cluster", "name"], 7, "slipway:cluster.name: got 7, expected a string"],
  [
    "a version with v",
    ["flux", "version"],
    "v2.9.3",
    'slipway:flux.version: "v2.9.3" is not a version: write "2.9.3"',
  ],
  ["a mistyped component", ["flux", "components"], ["source-controler"], 'did you mean "source-controller"?'],
  ["no host keys", ["git", "knownHosts"], undefined, "slipway:git.knownHosts: is missing"],
  [
    "a public key for host keys",
    ["git", "knownHosts"],
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    "slipway:git.knownHosts: has no host key in line 1: it begins with the key",
  ],
  [
    "half a host key",
    ["git", "knownHosts"],
    "# a comment\nhost ssh-ed25519 AAAA",
    "in line 2: what follows ssh-ed25519 is no key of that type",
  ],
  ["a kind of key", ["git", "knownHosts"], "host ssh-dss AAAA", "expected a host, a key type and a key"],
  ["host keys of nothing", ["git", "knownHosts"], "\n# none\n", "slipway:git.knownHosts: has no key"],
  [
    "a mistyped controller with resources",
    ["flux", "resources"],
    { "source-controler": {} },
    'slipway:flux.resources.source-controler: is not a key: did you mean "source-controller"?',
  ],
  [
    "a bad amount of a controller's",
    ["flux", "resources", "source-controller"],
    { limits: { cpu: "two" } },
    'slipway:flux.resources.source-controller.limits.cpu: "two" is not a quantity',
  ],
  [
    "a number of pods in words",
    ["flux", "replicas"],
    { "helm-controller": "two" },
    'slipway:flux.replicas.helm-controller: got "two", expected a number',
  ],
  ["a volume by its size", ["flux", "storage"], "10Gi", 'got "10Gi", expected false or an object'],
  [
    "a mistyped key of the volume",
    ["flux", "storage"],
    { storageclass: "fast" },
    'slipway:flux.storage.storageclass: is not a key: did you mean "storageClass"?',
  ],
  ["a text for the lockdown", ["flux", "lockdown"], "on", 'got "on", expected true or false or an object'],
  [
    "the lockdown without an account",
    ["flux", "lockdown"],
    true,
    "slipway:environments.dev.syncs.spring-app.serviceAccountName: is missing: under flux.lockdown",
  ],
  [
    "a long-hand wait for controllers",
    ["flux", "timeout"],
    "2 minutes",
    'slipway:flux.timeout: "2 minutes" is not a duration: write "2m"',
  ],
]);

taken([
  ["resources with numbers", ["flux", "resources"], { "source-controller": { limits: { cpu: 2 } } }],
  ["no volume", ["flux", "storage"], false],
  ["a volume of the cluster's own kind", ["flux", "storage"], {}],
  ["no lockdown", ["flux", "lockdown"], false],
  ["a lockdown with an account", ["flux", "lockdown"], { defaultServiceAccount: "kustomize-controller" }],
  [
    "hashed and marked host keys",
    ["git", "knownHosts"],
    "@cert-authority *.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me\r\n" +
      "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n",
  ],
]);
