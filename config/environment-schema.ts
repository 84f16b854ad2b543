/** The section `environments`: namespaces, and what Flux delivers into them. */
import { z } from "zod";
import { podSecurityLevels } from "../components/cluster/specs.ts";
import {
  branchName,
  checked,
  duration,
  filledText,
  httpUrl,
  label,
  matching,
  quantitiesOf,
  repositoryName,
  subdomain,
} from "./forms.ts";
import {
  apiVersion,
  fetchTimeoutProblem,
  kind,
  labelKeyProblem,
  labelValueProblem,
  objectName,
  ownLabelKeyProblem,
} from "./kubernetes-forms.ts";
import { containerResourceProblem, quotaResourceProblem } from "./resource-forms.ts";

const level = z.enum(podSecurityLevels);
const containerQuantities = quantitiesOf(containerResourceProblem);

/** A Git repository that an environment is synced from. */
export const sourceSchema = z.strictObject({
  /** One of `repositories`, own or a reference: it is read with a deploy key of this environment's own. */
  repository: repositoryName.optional(),
  /** Somebody's public repository: it is read without a key. */
  url: httpUrl.optional(),
  /** The branch to follow; of one's own repository its default branch, unless given. */
  branch: branchName.optional(),
  /** Instead of a branch: the tag to stay at. */
  tag: branchName.optional(),
  /** Instead of a branch: the range of versions whose newest tag is followed, such as ">=1.2.0 <2.0.0". */
  semver: matching(
    /^(?=.*[0-9xX*])[0-9A-Za-z.*~^<>=!|,+\s-]+$/,
    'is not a range of versions: write ">=1.2.0 <2.0.0"',
  ).optional(),
  /** What to leave out of the artifact, in the form of .gitignore; replaces Flux's own list. */
  ignore: filledText.optional(),
  interval: duration.default("1m"),
  timeout: checked(fetchTimeoutProblem).default("60s"),
  suspend: z.boolean().default(false),
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
  /** Wait for everything that was applied. True, unless `healthChecks` say what to wait for: Flux does one or the other. */
  wait: z.boolean().optional(),
  suspend: z.boolean().default(false),
  /** Namespace of everything in the path; that of the environment, unless given. */
  targetNamespace: label.optional(),
  /** Keys of syncs of this environment that have to be ready before. */
  dependsOn: z.array(label).default([]),
  /** Objects whose health decides, instead of all that were applied. */
  healthChecks: z
    .array(
      z.strictObject({
        apiVersion,
        kind,
        name: objectName,
        namespace: label.optional(),
      }),
    )
    .default([]),
  /** What becomes of the objects when the sync goes; WaitForTermination, and Orphan with `prune: false`. */
  deletionPolicy: z.enum(["MirrorPrune", "Delete", "WaitForTermination", "Orphan"]).optional(),
  /** Service account in flux-system that the sync acts as. */
  serviceAccountName: subdomain.optional(),
  /** Values for `${NAME}` in the manifests: https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution */
  substitute: z
    .record(
      matching(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a variable's name: use letters, digits and underscores"),
      z.string(),
    )
    .optional(),
  /** Secret in flux-system with the keys of SOPS. Somebody else makes it. */
  decryptionSecretName: subdomain.optional(),
});

/** One environment: a namespace, and what Flux delivers into it. */
export const environmentSchema = z.strictObject({
  /** Name of the namespace; the environment's key, unless given. */
  namespace: label.optional(),
  /** Labels of the namespace. */
  labels: z.record(checked(ownLabelKeyProblem), checked(labelValueProblem)).default({}),
  /** Annotations of the namespace. */
  annotations: z.record(checked(labelKeyProblem), z.string()).optional(),
  /** Pod Security Standard that the namespace enforces, or a level for each mode. */
  podSecurity: z
    .union([
      level,
      z.strictObject({
        enforce: level.optional(),
        warn: level.optional(),
        audit: level.optional(),
        version: matching(
          /^(latest|v1\.[0-9]+)$/,
          'is not a version of Kubernetes: write "latest" or "v1.36"',
        ).optional(),
      }),
    ])
    .default("restricted"),
  /** Hard limits of a ResourceQuota, such as `{ "requests.cpu": "4", pods: 20 }`. */
  quota: quantitiesOf(quotaResourceProblem).optional(),
  /** Defaults and bounds of a container's resources; there are some where the quota counts CPU or memory. */
  limitRange: z
    .strictObject({
      default: containerQuantities.optional(),
      defaultRequest: containerQuantities.optional(),
      min: containerQuantities.optional(),
      max: containerQuantities.optional(),
    })
    .optional(),
  /** Refuse all traffic that no other NetworkPolicy allows; DNS stays open. An object says what else stays open. */
  defaultDeny: z
    .union([
      z.boolean(),
      z.strictObject({
        dns: z.boolean().optional(),
        dnsNamespace: label.optional(),
        sameNamespace: z.boolean().optional(),
      }),
    ])
    .default(false),
  /** Whether commits get a status that says how their syncs fared. The host's token for it is the secret `slipway:statusToken`. */
  commitStatus: z.boolean().default(false),
  sources: z.record(label, sourceSchema).default({}),
  syncs: z.record(label, syncSchema).default({}),
});
