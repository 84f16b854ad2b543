/** The section `git`: where repositories live. */
import { z } from "zod";
import { ciName, groupSecretSchema, groupVariableSchema } from "./ci-schema.ts";
import { checked, httpUrl, matching } from "./forms.ts";
import { knownHostsProblem } from "./known-hosts.ts";

/** An account's name on GitHub: an organisation or a user. */
const accountName = matching(
  /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/,
  "is not the name of a GitHub organisation or user",
);

/** The full path of a group or subgroup on GitLab, or the name of a user. https://docs.gitlab.com/user/reserved_names/#rules-for-usernames-project-and-group-names-and-slugs */
const namespacePath = matching(
  /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/,
  'is not the path of a GitLab group or user: write "acme" or "acme/platform"',
);

/** What every kind of host has. */
const common = {
  /** The host's SSH keys in the form of known_hosts; those of github.com and gitlab.com are built in. SLIPWAY_KNOWN_HOSTS stands in for it. */
  knownHosts: checked(knownHostsProblem),
  /** Who answers for the repositories, for CODEOWNERS: `@acme/platform`. `@owner`, unless given. */
  owners: matching(
    /^@[A-Za-z0-9_.-]+(\/[A-Za-z0-9._-]+)*( @[A-Za-z0-9_.-]+(\/[A-Za-z0-9._-]+)*)*$/,
    'is not an owner of code: write "@acme/platform"',
  ).optional(),
  /** CI variables of the organisation or group, for the repositories of this stack. */
  variables: z.record(ciName, groupVariableSchema).default({}),
  /** The same of CI secrets; their values are in `slipway:ciSecrets`. */
  secrets: z.array(groupSecretSchema).default([]),
};

/** Where repositories live. */
export const gitSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    /** The Git host. */
    kind: z.literal("github"),
    /** Organisation or user that owns the repositories; GITHUB_OWNER stands in for it. */
    owner: accountName,
    /** The API's address; GITHUB_BASE_URL stands in for it. */
    baseUrl: httpUrl,
    ...common,
    /**
     * Pause between two writes. github.com asks for a second; a host of one's own needs none: "0s".
     * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
     */
    writeDelay: matching(
      /^([0-9]+(\.[0-9]+)?(ms|s))$/,
      'is not a duration in seconds: write "1s" or "0s"',
    ).default("1s"),
  }),
  z.strictObject({
    kind: z.literal("gitlab"),
    /** Full path of the group or subgroup, or name of the user, that owns the projects; GITLAB_GROUP stands in for it. */
    owner: namespacePath,
    /** The host's address, `https://gitlab.example.com/`, with the API's path `api/v4/` or without; GITLAB_BASE_URL stands in for it. */
    baseUrl: httpUrl,
    ...common,
  }),
]);
