/**
 * The shape of a stack's configuration: every key, its type, its default and what it means.
 * Names and references between keys are checked in `references.ts`.
 */
import { z } from "zod";
import { durationProblem } from "../components/durations.ts";
import { fluxComponents, logLevels } from "../components/flux/options.ts";
import { labelProblem } from "../components/names.ts";
import { show } from "./problems.ts";

/** A text that a function finds nothing wrong with. */
const checked = (problem: (value: string) => string | undefined) =>
  z.string().check((context) => {
    const message = problem(context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });

/** A text of a form; `otherwise` goes on after the value: `is not a URL: write …`. */
const matching = (pattern: RegExp, otherwise: string) =>
  checked((value) => (pattern.test(value) ? undefined : `${show(value)} ${otherwise}`));

/** A Go duration as Flux takes it: `30s`, `5m`, `1h30m`. */
const duration = checked(durationProblem);

/** A name that Kubernetes takes as a DNS label: lower case, digits and dashes, at most 63 characters. */
const label = checked(labelProblem);

/** A repository's name as GitHub takes it; its limit is 100 characters. */
const repositoryName = matching(
  /^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/,
  'is not a repository name: use letters, digits, ".", "-" and "_", at most 100 characters, not ending in ".git"',
);

/** An account's name on GitHub: an organisation or a user. */
const accountName = matching(
  /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/,
  "is not the name of a GitHub organisation or user",
);

/** A branch's name, in the subset of Git's rules that every host takes. */
const branchName = matching(
  /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$|\/$|\.$))[A-Za-z0-9._/-]{1,200}$/,
  'is not the name of a branch: write "main"',
);

/** A CI variable's name on GitHub: it may not begin with a digit or with GITHUB_. */
const variableName = matching(
  /^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,254}$/,
  "is not the name of a CI variable: use capitals, digits and underscores, and not the prefix GITHUB_",
);

const topic = matching(
  /^[a-z0-9][a-z0-9-]{0,49}$/,
  "is not a topic: use lower-case letters, digits and dashes, at most 50 characters",
);

const httpUrl = matching(
  /^https?:\/\/[^\s/@]+(\/\S*)?$/,
  'is not a URL without credentials: write "https://example.com/"',
);

const quantity = z.union([
  matching(
    /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
    'is not a quantity of Kubernetes: write "500m", "2" or "1Gi"',
  ),
  z.number().nonnegative(),
]);
const quantities = z.record(z.string(), quantity);

/** Where repositories live. */
export const gitSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    /** The Git host. */
    kind: z.literal("github"),
    /** Organisation or user that owns the repositories; GITHUB_OWNER stands in for it. */
    owner: accountName,
    /** The API's address; GITHUB_BASE_URL stands in for it. */
    baseUrl: httpUrl,
    /** Who answers for the repositories, for CODEOWNERS: `@acme/platform`. `@owner`, unless given. */
    owners: matching(
      /^@[A-Za-z0-9_-]+(\/[A-Za-z0-9._-]+)?( @[A-Za-z0-9_-]+(\/[A-Za-z0-9._-]+)?)*$/,
      'is not an owner of code: write "@acme/platform"',
    ).optional(),
    /** The host's SSH keys in the form of known_hosts; github.com's are built in. SLIPWAY_KNOWN_HOSTS stands in for it. */
    knownHosts: z.string().min(1).optional(),
    /**
     * Pause between two writes. github.com asks for a second; a host of one's own needs none: "0s".
     * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
     */
    writeDelay: matching(/^([0-9]+(\.[0-9]+)?(ms|s))$/, 'is not a duration in seconds: write "1s" or "0s"').default("1s"),
  }),
]);

/** The cluster of this stack. */
export const clusterSchema = z.strictObject({
  /** The cluster's name for people, and its identity: changing it means another cluster, so everything is replaced. */
  name: label,
  /** Context of the kubeconfig that KUBECONFIG names. Without it, the current one. */
  context: z.string().min(1).optional(),
});

/** The Flux controllers. */
export const fluxSchema = z.strictObject({
  /** Version of the release, without the "v". */
  version: matching(/^\d+\.\d+\.\d+$/, 'is not a version: write "2.9.3"').default("2.9.3"),
  /** A release manifest of your own instead of the official one: a path below the project. */
  manifest: z.string().min(1).optional(),
  components: z.array(z.enum(fluxComponents)).optional(),
  componentsExtra: z.array(z.enum(fluxComponents)).optional(),
  registry: z.string().min(1).optional(),
  imagePullSecret: label.optional(),
  networkPolicy: z.boolean().optional(),
  watchAllNamespaces: z.boolean().optional(),
  clusterDomain: z.string().min(1).optional(),
  logLevel: z.enum(logLevels).optional(),
  tolerationKeys: z.array(z.string()).optional(),
});

/** What a repository is for, and so what it is seeded with. */
export const roles = ["app", "charts", "fluxcd"] as const;

/** One repository of the platform; its key is its name on the host. */
export const repositorySchema = z.strictObject({
  role: z.enum(roles),
  description: z.string().max(350).optional(),
  topics: z.array(topic).max(20).default([]),
  visibility: z.enum(["private", "internal", "public"]).default("private"),
  defaultBranch: branchName.default("main"),
  /** What `pulumi destroy` does with it: keep it as it is, archive it, or delete it with all its content. */
  onDestroy: z.enum(["keep", "archive", "delete"]).default("keep"),
  /** Role app only: where its CI delivers to. */
  delivery: z
    .strictObject({
      /** Repository of the role charts that the CI reads. */
      charts: repositoryName,
      /** Repository of the role fluxcd that the CI writes the rendered release to. */
      fluxcd: repositoryName,
      /** Environment whose namespace the release is rendered for. */
      environment: label,
    })
    .optional(),
  /** Role app only: the image that the CI builds. */
  image: z
    .strictObject({
      /** Registry and path, such as `ghcr.io/acme`. */
      repository: matching(
        /^[a-z0-9.:-]+(\/[a-z0-9._-]+)*$/,
        'is not an image repository: write "ghcr.io/acme", in lower case and without a scheme',
      ),
      /** Name below it; the repository's own name unless given. */
      name: matching(
        /^[a-z0-9]+([._-][a-z0-9]+)*$/,
        'is not the name of an image: write "web", in lower case',
      ).optional(),
    })
    .optional(),
  /** Plain CI variables. */
  variables: z.record(variableName, z.string()).default({}),
  /** Names of CI secrets; their values are in the secret key `slipway:ciSecrets`, by the same names. */
  secrets: z.array(variableName).default([]),
});

/** A Git repository that an environment is synced from. */
export const sourceSchema = z.strictObject({
  /** One of this stack's repositories: it is read with a deploy key of this environment's own. */
  repository: repositoryName.optional(),
  /** Somebody's public repository: it is read without a key. */
  url: httpUrl.optional(),
  /** The branch to follow; of one's own repository its default branch, unless given. */
  branch: branchName.optional(),
  interval: duration.default("1m"),
  timeout: duration.default("60s"),
});

/** One Flux Kustomization. */
export const syncSchema = z.strictObject({
  /** Key of the source; the only one, unless given. */
  source: label.optional(),
  /** Folder in the source. */
  path: matching(/^(?!\/)(?!(.*\/)?\.\.(\/|$))\S+$/, 'is not a folder of the repository: write "apps/web"'),
  interval: duration.default("5m"),
  retryInterval: duration.default("1m"),
  timeout: duration.default("5m"),
  prune: z.boolean().default(true),
  wait: z.boolean().default(true),
  suspend: z.boolean().default(false),
  /** Namespace of everything in the path; that of the environment, unless given. */
  targetNamespace: label.optional(),
  /** Keys of syncs of this environment that have to be ready before. */
  dependsOn: z.array(label).default([]),
  /** Objects whose health decides, instead of all that were applied. */
  healthChecks: z
    .array(
      z.strictObject({
        apiVersion: z.string(),
        kind: z.string(),
        name: z.string(),
        namespace: z.string().optional(),
      }),
    )
    .default([]),
});

/** One environment: a namespace, and what Flux delivers into it. */
export const environmentSchema = z.strictObject({
  /** Name of the namespace; the environment's key, unless given. */
  namespace: label.optional(),
  labels: z.record(z.string(), z.string()).default({}),
  /** Pod Security Standard that the namespace enforces. */
  podSecurity: z.enum(["privileged", "baseline", "restricted"]).default("restricted"),
  /** Hard limits of a ResourceQuota, such as `{ "requests.cpu": "4", pods: 20 }`. */
  quota: quantities.optional(),
  /** Defaults and bounds of a container's resources. */
  limitRange: z
    .strictObject({
      default: quantities.optional(),
      defaultRequest: quantities.optional(),
      min: quantities.optional(),
      max: quantities.optional(),
    })
    .optional(),
  /** Refuse all traffic that no other NetworkPolicy allows; DNS stays open. */
  defaultDeny: z.boolean().default(false),
  sources: z.record(label, sourceSchema).default({}),
  syncs: z.record(label, syncSchema).default({}),
});

/** The whole configuration of a stack. */
export const stackSchema = z.strictObject({
  git: gitSchema,
  cluster: clusterSchema,
  flux: fluxSchema,
  repositories: z.record(repositoryName, repositorySchema),
  environments: z.record(label, environmentSchema),
});

export type Git = z.infer<typeof gitSchema>;
export type Cluster = z.infer<typeof clusterSchema>;
export type Flux = z.infer<typeof fluxSchema>;
export type Repository = z.infer<typeof repositorySchema>;
export type Source = z.infer<typeof sourceSchema>;
export type Sync = z.infer<typeof syncSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type Stack = z.infer<typeof stackSchema>;
