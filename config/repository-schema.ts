/** The section `repositories`: what there is on the Git host. */
import { z } from "zod";
import { ciName, ciSecretSchema, ciVariableSchema } from "./ci-schema.ts";
import { branchName, checked, label, matching, repositoryName } from "./forms.ts";
import { identityFields } from "./identity-schema.ts";
import { show } from "./problems.ts";
import { mergeMethodSchema, protectionSchema } from "./protection-schema.ts";

/** https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/classifying-your-repository-with-topics */
const topic = matching(
  /^(?!slipway-stack-)[a-z0-9][a-z0-9-]{0,49}$/,
  'is not a topic: use lower-case letters, digits and dashes, at most 50 characters, and not the prefix "slipway-stack-", ' +
    "by which Slipway knows its own repositories",
);

/** GitHub takes 20, of which one is the stack's own. */
const topics = z.array(topic).check((context) => {
  const { length } = context.value;
  if (length <= 19) return;
  const message = `are too many: got ${length}, and GitHub takes 19 beside Slipway's own`;
  context.issues.push({ code: "custom", message, input: context.value });
});

/** One line, as GitHub takes it. */
const description = checked((value) => {
  if (value.length > 350) return `is too long: it has ${value.length} characters, and GitHub takes 350`;
  return /\p{Cc}/u.test(value)
    ? `${show(value)} has more than one line, or a control character: write one line`
    : undefined;
});

/** What a repository is for, and so what it is seeded with. */
export const roles = ["app", "charts", "fluxcd"] as const;

/** One repository of the platform; its key is its name on the host. */
export const repositorySchema = z.strictObject({
  role: z.enum(roles),
  description: description.optional(),
  topics: topics.default([]),
  visibility: z.enum(["private", "internal", "public"]).default("private"),
  defaultBranch: branchName.default("main"),
  /** What `pulumi destroy` does with it: keep it as it is, archive it, or delete it with all its content. */
  onDestroy: z.enum(["keep", "archive", "delete"]).default("keep"),
  /** Whether to take over a repository of this name that exists and is not this stack's. Its content stays. */
  adopt: z.boolean().default(false),
  /** Whether another stack owns it: then it is read and written with keys of this stack's own, and nothing of it is changed. */
  reference: z.boolean().default(false),
  /** How pull or merge requests may be merged; as the host does by itself, unless given. */
  mergeMethods: z.array(mergeMethodSchema).optional(),
  /** What guards the default branch; nothing of Slipway's, unless given. */
  protection: protectionSchema.optional(),
  /** Role app only: where its CI delivers to. */
  delivery: z
    .strictObject({
      /** Repository of the role charts that the CI reads. */
      charts: repositoryName,
      /** Repository of the role fluxcd that the CI writes the rendered release to. */
      fluxcd: repositoryName,
      /** Environment whose namespace the release is rendered for. */
      environment: label,
      ...identityFields,
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
  /** Role app only: plain CI variables, beside those that Slipway sets. */
  variables: z.record(ciName, ciVariableSchema).default({}),
  /** Role app only: CI secrets; their values are in the secret key `slipway:ciSecrets`, by the same names unless they say others. */
  secrets: z.array(ciSecretSchema).default([]),
});
