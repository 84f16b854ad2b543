/**
 * Bad input by key of the configuration: wrong forms, wrong references, wrong combinations. `*` stands for a name that the
 * user chooses, `<name>` for such a name itself, which is then the value. A text instead of rows says why anything will do.
 */
export interface Row {
  readonly value: unknown;
  /** What one of the findings has to say. */
  readonly says: string;
  /** The key that the finding names, where it is another one. */
  readonly at?: string;
}

const row = (value: unknown, says: string, at?: string): Row => ({
  value,
  says,
  ...(at !== undefined && { at }),
});

const long = "x".repeat(64);

const label = [
  row("Web", 'write "web"'),
  row("-web", 'write "web"'),
  row(long, "63 characters at most"),
  row("", "is not a Kubernetes name"),
];
const subdomain = [
  row("a_b", 'write "a-b"'),
  row("x".repeat(254), "253 characters"),
  row("a..b", "is not a Kubernetes name"),
];
const duration = [
  row("5 minutes", 'is not a duration: write "5m"'),
  row("0s", "is no time at all"),
  row("1d", 'write "24h"'),
];
const filled = [row("", "is empty"), row(" ", "is empty")];
const quantity = [
  row("many", "is not a quantity of Kubernetes"),
  row("1GB", "is not a quantity"),
  row(-1, "got -1"),
];
const container = [
  row("memmory", 'did you mean "memory"?'),
  row("pods", "is no resource that Kubernetes knows"),
];
const branch = [
  row("-x", "is not the name of a branch"),
  row("a..b", "is not the name of a branch"),
  row("a/.b", "is not the name of a branch"),
  row("a.lock/b", "is not the name of a branch"),
];
const url = [
  row("git@example.com:a/b.git", "is not a URL"),
  row("https://me:secret@example.com/", "is not a URL without credentials"),
  row("https://example.com:port/", "is not a URL"),
  row("https://example.com/?a=b", "is not a URL"),
];
const repository = [
  row(".", "is not a repository name"),
  row("..", "is not a repository name"),
  row("web.git", "is not a repository name"),
  row("web.GIT", "is not a repository name"),
  row("x".repeat(101), "at most 100 characters"),
  row("wéb", "is not a repository name"),
];
const oneOf = (value: string, near: string) => [row(value, `(did you mean "${near}"?)`), row("", "expected")];
const labelKey = [
  row("a/b/c", "is not the key of a label"),
  row("A.example/x", "must be a domain"),
  row(long, "63 characters"),
];
const ciName = [
  row("GITHUB_X", "is not the name of a CI variable"),
  row("lower", "use capitals"),
  row("1ST", "is not the name of a CI variable"),
];

const ciValue = [row(7, "got 7, expected a string"), row("x".repeat(48 * 1024 + 1), "is too long")];
const ciFrom = [row(7, "got 7, expected a string")];
const environmentName = [
  row("", "is not the name of an environment"),
  row("a:b", 'write "production"'),
  row(" production", "is not the name of an environment"),
  row("review/*", "GitHub's environments are names"),
];

const flux = "slipway:flux";
const app = "slipway:repositories.spring-app";
const dev = "slipway:environments.dev";
const sync = `${dev}.syncs.spring-app`;

/** By key. */
export const rows: Readonly<Record<string, readonly Row[] | string>> = {
  "git.kind": [row("githob", "expected github")],
  "git.owner": [
    row("acme corp", "is not the name of a GitHub"),
    row("-acme", "is not the name"),
    row(long, "is not the name"),
  ],
  "git.baseUrl": url,
  "git.owners": [row("acme", 'write "@acme/platform"'), row("@a//b", "is not an owner of code")],
  "git.knownHosts": [
    row("", "has no key"),
    row("host ssh-ed25519 AAAA", "no key of that type"),
    row("host", "expected a host"),
  ],
  "git.variables.<name>": [
    ...ciName,
    row("IMAGE_NAME", "is a name that Slipway sets itself"),
    row("REGISTRY_USER", 'is a name of the repository "spring-app", too'),
  ],
  "git.variables.*": ciValue,
  "git.variables.*.value": ciValue.map((one) => ({ ...one, at: "slipway:git.variables.COLOUR" })),
  "git.secrets.*": [
    ...ciName,
    row("MISSING", "has no value", "slipway:ciSecrets.MISSING"),
    row("REGISTRY_PASSWORD", `as ${app}.secrets.0`),
  ],
  "git.secrets.*.name": ciName.map((one) => ({ ...one, at: "slipway:git.secrets.0" })),
  "git.secrets.*.from": ciFrom,
  "git.writeDelay": [row("1", "is not a duration in seconds"), row("1m", 'write "1s"')],

  "cluster.name": label,
  "cluster.context": filled,
  "cluster.onDestroy": oneOf("purg", "purge"),

  "flux.version": [row("v2.9.3", 'write "2.9.3"'), row("latest", "is not a version")],
  "flux.manifest": filled,
  "flux.components.*": [
    ...oneOf("source-controler", "source-controller"),
    row("helm-controller", '"source-controller" is missing', `${flux}.components`),
  ],
  "flux.componentsExtra.*": [
    ...oneOf("image-reflector-controler", "image-reflector-controller"),
    row("image-automation-controller", 'needs "image-reflector-controller"', `${flux}.components`),
  ],
  "flux.registry": [
    ...filled,
    row("https://mirror.example/flux", 'has a scheme: write "mirror.example/flux"'),
    row("ghcr.io/fluxcd:v1", "has a tag"),
  ],
  "flux.imagePullSecret": subdomain,
  "flux.clusterDomain": [...filled, row("cluster local", "is not a DNS domain")],
  "flux.logLevel": oneOf("debgu", "debug"),
  "flux.tolerationKeys.*": [row("a b", "is not a taint's key", `${flux}.tolerationKeys`)],
  "flux.resources.<name>": [
    row("source-controler", 'did you mean "source-controller"?'),
    row("image-reflector-controller", "is not installed", `${flux}.resources`),
  ],
  "flux.resources.*.requests.<name>": container,
  "flux.resources.*.requests.*": quantity,
  "flux.resources.*.limits.<name>": container,
  "flux.resources.*.limits.*": quantity,
  "flux.replicas.<name>": [
    row("helm-controler", 'did you mean "helm-controller"?'),
    row("source-watcher", "is not installed", `${flux}.replicas`),
  ],
  "flux.replicas.*": [
    row(0, "is no number of pods"),
    row(1.5, "is no number of pods"),
    row(2, "only the leader serves"),
  ],
  "flux.lockdown.defaultServiceAccount": subdomain,
  "flux.storage": [row(true, "expected false or an object")],
  "flux.storage.size": quantity,
  "flux.storage.storageClass": subdomain,
  "flux.receiver": [row(true, "expected false or an object")],
  "flux.receiver.url": [
    ...url,
    row("http://flux.example.com", "would carry the webhook's token in the clear"),
  ],
  "flux.timeout": duration,

  "repositories.<name>": [
    ...repository,
    row("HELM", 'is the same name as "helm" for a Git host'),
    row("Big_App", "use lower-case letters, digits and dashes"),
  ],
  "repositories.*.role": [
    ...oneOf("apps", "app"),
    row("charts", 'is for repositories of the role "app"', `${app}.delivery`),
  ],
  "repositories.*.description": [
    row("x".repeat(351), "GitHub takes 350"),
    row("a\nb", "has more than one line"),
  ],
  "repositories.*.topics": [
    row(
      Array.from({ length: 20 }, (_, at) => `t${at}`),
      "are too many: got 20, and GitHub takes 19",
    ),
  ],
  "repositories.*.topics.*": [
    row("Big Topic", "is not a topic"),
    row("x".repeat(51), "at most 50 characters"),
    row("slipway-stack-prod", "by which Slipway knows its own"),
    row("spring-boot", "is there already: remove one of them", `${app}.topics.2`),
  ],
  "repositories.*.visibility": oneOf("privat", "private"),
  "repositories.*.defaultBranch": branch,
  "repositories.*.onDestroy": oneOf("delte", "delete"),
  "repositories.*.reference": [
    row(true, "is settled by the stack that owns the repository", `${app}.delivery`),
    row(true, "is settled by the stack that owns the repository", `${app}.onDestroy`),
  ],
  "repositories.*.mergeMethods": [row([], "is empty: name one at least")],
  "repositories.*.mergeMethods.*": oneOf("sqash", "squash"),
  "repositories.*.protection.reviews": [
    row(11, "is no number of reviews"),
    row(-1, "write a whole number"),
    row(0.5, "is no number"),
  ],
  "repositories.*.protection.checks.*": [
    row("", "is not the name of a check"),
    row(" ci", "without blanks around it"),
    row("a\nb", "in one line"),
  ],
  "repositories.*.delivery.charts": [...repository, row("flux-cd", 'is no repository of the role "charts"')],
  "repositories.*.delivery.fluxcd": [...repository, row("helm", 'is no repository of the role "fluxcd"')],
  "repositories.*.delivery.environment": [...label, row("qa", "is no environment of this stack")],
  "repositories.*.delivery.identity": [
    ...oneOf("deploykey", "deployKey"),
    row("projectToken", "GitHub has no tokens of a repository: write deployKey"),
    row("personalToken", "has no value", "slipway:ciSecrets.FLUXCD_TOKEN"),
  ],
  "repositories.*.delivery.token.expiresAt": [
    row("2027-1-1", 'is not a day: write "2027-01-31"'),
    row("2027-13-01", "is not a day"),
    row("2027-01-01", "is for the identity projectToken", `${app}.delivery.token`),
  ],
  "repositories.*.delivery.token.accessLevel": oneOf("maintaner", "maintainer"),
  "repositories.*.image.repository": [
    row("https://ghcr.io/acme", "without a scheme"),
    row("ghcr.io/Acme", "in lower case"),
  ],
  "repositories.*.image.name": [row("Web", "in lower case"), row("a/b", "is not the name of an image")],
  "repositories.*.variables.<name>": [...ciName, row("IMAGE_NAME", "is a name that Slipway sets itself")],
  "repositories.*.variables.*": [
    row("x".repeat(48 * 1024 + 1), "is too long"),
    row(7, "got 7, expected a string or an object or a list"),
  ],
  "repositories.*.variables.*.value": ciValue.map((one) => ({ ...one, at: `${app}.variables.COLOUR` })),
  "repositories.*.variables.*.environment": environmentName,
  "repositories.*.variables.*.*.value": ciValue.map((one) => ({ ...one, at: `${app}.variables.COLOUR.0` })),
  "repositories.*.variables.*.*.environment": environmentName,
  "repositories.*.secrets.*.name": ciName.map((one) => ({ ...one, at: `${app}.secrets.1` })),
  "repositories.*.secrets.*.from": ciFrom,
  "repositories.*.secrets.*.environment": environmentName.slice(0, 3),
  "repositories.*.secrets.*": [
    ...ciName,
    row("MISSING", "has no value", "slipway:ciSecrets.MISSING"),
    row("FLUXCD_DEPLOY_KEY", "is a name that Slipway sets itself"),
    row("REGISTRY_USER", `is there already, as ${app}.variables.REGISTRY_USER`),
  ],

  "credentials.rotation": filled,
  "credentials.rotate.<name>": [row("flux-dc", 'did you mean "flux-cd"?')],
  "credentials.rotate.*": filled,
  "credentials.maxAge": [
    row("90", 'is not a number of days: write "90d"'),
    row("2160h", "is not a number of days"),
    row("0d", "is not a number of days"),
  ],
  "credentials.expireAfter": [
    row("90", 'is not a number of days: write "90d"'),
    row("14d", "or each preview warns", "slipway:credentials.renewBefore"),
  ],
  "credentials.renewBefore": [row("two weeks", "is not a number of days")],

  "environments.<name>": [
    ...label,
    row("default", "belongs to Kubernetes or to Flux"),
    row("kube-system", "belongs to Kubernetes or to Flux"),
    row("flux-system", "belongs to Kubernetes or to Flux"),
  ],
  "environments.*.namespace": [
    ...label,
    row("kube-public", "belongs to Kubernetes or to Flux"),
    row("default", "belongs to Kubernetes or to Flux"),
  ],
  "environments.*.labels.<name>": [
    ...labelKey,
    row("pod-security.kubernetes.io/enforce", "comes from `podSecurity`"),
    row("kubernetes.io/metadata.name", "is written by Kubernetes"),
  ],
  "environments.*.labels.*": [row("a b", "is not the value of a label"), row(long, "63 characters")],
  "environments.*.annotations.<name>": labelKey,
  "environments.*.annotations.*": [row(7, "got 7, expected a string")],
  "environments.*.podSecurity": oneOf("restrictd", "restricted").slice(1),
  "environments.*.podSecurity.enforce": oneOf("restrictd", "restricted"),
  "environments.*.podSecurity.warn": oneOf("baselin", "baseline"),
  "environments.*.podSecurity.audit": oneOf("privilged", "privileged"),
  "environments.*.podSecurity.version": [row("1.36", 'write "latest" or "v1.36"')],
  "environments.*.quota.<name>": [
    row("pod", 'did you mean "pods"?'),
    row("requests.gpu", "is no resource that Kubernetes knows"),
  ],
  "environments.*.quota.*": quantity,
  "environments.*.limitRange.default.<name>": container,
  "environments.*.limitRange.default.*": [...quantity, row("10m", "which is less than `defaultRequest`")],
  "environments.*.limitRange.defaultRequest.<name>": container,
  "environments.*.limitRange.defaultRequest.*": [
    ...quantity,
    row("1", 'got "500m", which is less than `defaultRequest` ("1")', `${dev}.limitRange.default.cpu`),
  ],
  "environments.*.limitRange.min.<name>": container,
  "environments.*.limitRange.min.*": [
    ...quantity,
    row("100m", "which is less than `min`", `${dev}.limitRange.defaultRequest.cpu`),
  ],
  "environments.*.limitRange.max.<name>": container,
  "environments.*.limitRange.max.*": [...quantity, row("0.4", 'which is less than `default` ("500m")')],
  "environments.*.defaultDeny.dnsNamespace": label,
  "environments.*.sources.<name>": label,
  "environments.*.sources.*.repository": [...repository, row("flux-ce", 'did you mean "flux-cd"?')],
  "environments.*.sources.*.url": [
    ...url,
    row("https://example.com/a.git", "needs either `repository`", `${dev}.sources.flux-cd`),
  ],
  "environments.*.sources.*.branch": branch,
  "environments.*.sources.*.tag": branch,
  "environments.*.sources.*.semver": [
    row("newest", "is not a range of versions"),
    row("1.x; rm", "is not a range of versions"),
  ],
  "environments.*.sources.*.ignore": filled,
  "environments.*.sources.*.interval": duration,
  "environments.*.sources.*.timeout": [...duration, row("1h", "is too long for one fetch")],
  "environments.*.syncs.<name>": label,
  "environments.*.syncs.*.source": [...label, row("helm", "is no source of this environment")],
  "environments.*.syncs.*.path": [
    row("/apps", "is not a folder"),
    row("a/../..", "is not a folder"),
    row("a b", "is not a folder"),
  ],
  "environments.*.syncs.*.interval": duration,
  "environments.*.syncs.*.retryInterval": duration,
  "environments.*.syncs.*.timeout": duration,
  "environments.*.syncs.*.targetNamespace": label,
  "environments.*.syncs.*.dependsOn.*": [
    ...label,
    row("db", "is no other sync of this environment", `${sync}.dependsOn`),
    row("spring-app", "is no other sync of this environment", `${sync}.dependsOn`),
  ],
  "environments.*.syncs.*.healthChecks.*.apiVersion": [
    row("apps", 'write "apps/v1"'),
    row("", "is not the version"),
  ],
  "environments.*.syncs.*.healthChecks.*.kind": [
    row("deployment", 'write "Deployment"'),
    row("", "is not a kind"),
  ],
  "environments.*.syncs.*.healthChecks.*.name": [
    row("a/b", "is not the name of an object"),
    row("", "is not the name"),
  ],
  "environments.*.syncs.*.healthChecks.*.namespace": label,
  "environments.*.syncs.*.deletionPolicy": oneOf("orphan", "Orphan"),
  "environments.*.syncs.*.serviceAccountName": subdomain,
  "environments.*.syncs.*.substitute.<name>": [
    row("a-b", "is not a variable's name"),
    row("1a", "is not a variable's name"),
  ],
  "environments.*.syncs.*.substitute.*": [row(7, "got 7, expected a string")],
  "environments.*.syncs.*.decryptionSecretName": subdomain,
};
