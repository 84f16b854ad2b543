import { refused, taken } from "./config-findings.ts";

const longest = "a".repeat(63);
const dev = ["environments", "dev"];

refused([
  ["a source of nothing", [...dev, "sources", "flux-cd", "repository"], "flux-ce", 'did you mean "flux-cd"?'],
  [
    "a source of two kinds",
    [...dev, "sources", "flux-cd"],
    { repository: "flux-cd", url: "https://example.com/a.git", branch: "main" },
    "needs either `repository`",
  ],
  [
    "an absolute path",
    [...dev, "syncs", "spring-app", "path"],
    "/apps",
    '"/apps" is not a folder of the repository',
  ],
  [
    "a path that leaves",
    [...dev, "syncs", "spring-app", "path"],
    "apps/../..",
    "is not a folder of the repository",
  ],
  [
    "a long-hand duration",
    [...dev, "syncs", "spring-app", "interval"],
    "5 minutes",
    'slipway:environments.dev.syncs.spring-app.interval: "5 minutes" is not a duration: write "5m"',
  ],
  ["text for a flag", [...dev, "syncs", "spring-app", "wait"], "yes", 'got "yes", expected true or false'],
  [
    "an unknown dependency",
    [...dev, "syncs", "spring-app", "dependsOn"],
    ["db"],
    'got "db", which is no other sync of this environment',
  ],
  [
    "an unknown source",
    [...dev, "syncs", "spring-app", "source"],
    "flux-ce",
    'got "flux-ce", which is no source of this environment: did you mean "flux-cd"?',
  ],
  [
    "a fetch of hours",
    [...dev, "sources", "flux-cd", "timeout"],
    "1h",
    'slipway:environments.dev.sources.flux-cd.timeout: "1h" is too long for one fetch',
  ],
  [
    "a source that follows two things",
    [...dev, "sources", "flux-cd"],
    { repository: "flux-cd", branch: "main", tag: "v1" },
    "slipway:environments.dev.sources.flux-cd: follows branch and tag: keep one of them",
  ],
  [
    "a public source that follows nothing",
    [...dev, "sources", "flux-cd"],
    { url: "https://example.com/a.git" },
    "slipway:environments.dev.sources.flux-cd.branch: is missing",
  ],
  [
    "a mistyped key of a sync",
    [...dev, "syncs", "spring-app", "targetNamspace"],
    "x",
    'slipway:environments.dev.syncs.spring-app.targetNamspace: is not a key: did you mean "targetNamespace"?',
  ],
  [
    "a sync without a source to have",
    [...dev, "sources"],
    {},
    "the environment has 0 sources, give it one under `sources`",
  ],
  [
    "two things to wait for",
    [...dev, "syncs", "spring-app"],
    {
      path: "apps",
      wait: true,
      healthChecks: [{ apiVersion: "apps/v1", kind: "Deployment", name: "a" }],
    },
    "slipway:environments.dev.syncs.spring-app.wait: is true, and Flux then ignores the `healthChecks`",
  ],
  [
    "a variable of the manifests with a dash",
    [...dev, "syncs", "spring-app", "substitute"],
    { "a-b": "1" },
    '"a-b" is not a variable\'s name',
  ],
  [
    "an unknown way to delete",
    [...dev, "syncs", "spring-app", "deletionPolicy"],
    "orphan",
    'got "orphan", expected MirrorPrune or Delete or WaitForTermination or Orphan (did you mean "Orphan"?)',
  ],
]);

taken([
  ["the longest name of a source", [...dev, "sources"], { [longest]: { repository: "flux-cd" } }],
  [
    "health checks alone",
    [...dev, "syncs", "spring-app", "healthChecks"],
    [{ apiVersion: "v1", kind: "Pod", name: "a" }],
  ],
  ["a range of versions", [...dev, "sources", "flux-cd", "semver"], ">=1.0.0 <2.0.0"],
]);
