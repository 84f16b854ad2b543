import { refused, taken } from "./config-findings.ts";

const app = ["repositories", "spring-app"];

taken([
  ["charts of another stack", ["repositories", "helm"], { role: "charts", reference: true }],
  [
    "manifests of another stack, on another branch",
    ["repositories", "flux-cd"],
    { role: "fluxcd", reference: true, defaultBranch: "trunk" },
  ],
]);

refused([
  [
    "settings of a repository that another stack owns",
    ["repositories", "helm"],
    { role: "charts", reference: true, topics: ["helm"] },
    "slipway:repositories.helm.topics: is settled by the stack that owns the repository",
  ],
  [
    "a reference that nothing uses",
    ["repositories", "other"],
    { role: "fluxcd", reference: true },
    "slipway:repositories.other: is a reference that no source and no app uses",
  ],
  ["a bad repository name", ["repositories", "b.git"], {}, '"b.git" is not a repository name'],
  [
    "two names alike",
    ["repositories", "HELM"],
    { role: "charts" },
    'is the same name as "helm" for a Git host',
  ],
  [
    "an unknown role",
    ["repositories", "other"],
    { role: "chart" },
    'got "chart", expected app or charts or fluxcd',
  ],
  [
    "a repository that nothing uses",
    ["repositories", "other"],
    { role: "charts" },
    "slipway:repositories.other: is delivered to by no app",
  ],
  [
    "a bad topic",
    ["repositories", "helm", "topics"],
    ["Big Topic"],
    'slipway:repositories.helm.topics.0: "Big Topic" is not a topic',
  ],
  [
    "an app without image",
    ["repositories", "spring-app", "image"],
    undefined,
    "slipway:repositories.spring-app.image.repository: is missing",
  ],
  [
    "an app without delivery",
    ["repositories", "spring-app", "delivery"],
    undefined,
    "slipway:repositories.spring-app.delivery: is missing",
  ],
  [
    "delivery to nothing",
    ["repositories", "spring-app", "delivery", "fluxcd"],
    "flux",
    'got "flux", which is no repository of the role "fluxcd"',
  ],
  [
    "delivery of charts",
    ["repositories", "helm", "delivery"],
    { charts: "helm", fluxcd: "flux-cd", environment: "dev" },
    'is for repositories of the role "app": remove it',
  ],
  [
    "a secret without value",
    ["repositories", "spring-app", "secrets"],
    ["MISSING"],
    "slipway:ciSecrets.MISSING: has no value",
  ],
  [
    "a reserved variable",
    ["repositories", "spring-app", "variables"],
    { GITHUB_X: "1" },
    '"GITHUB_X" is not the name of a CI variable',
  ],
  [
    "a variable of Slipway's own",
    [...app, "variables"],
    { IMAGE_NAME: "x" },
    'slipway:repositories.spring-app.variables.IMAGE_NAME: "IMAGE_NAME" is a name that Slipway sets itself',
  ],
  [
    "a secret by a variable's name of Slipway's",
    [...app, "secrets"],
    ["REGISTRY_PASSWORD", "FLUXCD_URL"],
    'slipway:repositories.spring-app.secrets.1: "FLUXCD_URL" is a name that Slipway sets itself',
  ],
  [
    "a variable and a secret of one name",
    [...app, "variables"],
    { REGISTRY_PASSWORD: "x" },
    'slipway:repositories.spring-app.secrets.0: "REGISTRY_PASSWORD" is there already, as slipway:repositories.spring-app.variables.REGISTRY_PASSWORD',
  ],
  ["a variable in small letters", [...app, "variables"], { my_name: "x" }, '"my_name" is not the name'],
  [
    "a variable that is too long",
    [...app, "variables"],
    { LONG: "é".repeat(24 * 1024 + 1) },
    "slipway:repositories.spring-app.variables.LONG: is too long: it has 49154 bytes, and GitHub takes 49152",
  ],
  [
    "too many variables",
    [...app, "variables"],
    Object.fromEntries(Array.from({ length: 496 }, (_, index) => [`V${index}`, "x"])),
    "slipway:repositories.spring-app.variables: are too many: 501 with Slipway's own, and GitHub takes 500",
  ],
  [
    "variables of charts",
    ["repositories", "helm", "variables"],
    { A: "1" },
    'slipway:repositories.helm.variables: is for repositories of the role "app": remove it',
  ],
]);
