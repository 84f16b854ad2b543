/** One of every kind of resource on a Git host, as `every-kind-program.ts` makes them: the requests, and what is on the host. */
import type { HostKind, HostStack } from "./host-stack.ts";

/** Method, and a pattern of the path. */
type Request = readonly [method: string, path: string];

/** What is on a host: names, with values where it shows them, by kind. */
type OnHost = Readonly<Record<string, readonly string[]>>;

/** An item of a list, of whichever kind. */
type Item = Readonly<Record<string, unknown>>;

/** The kinds of a host. */
export interface HostKinds {
  readonly kind: HostKind;
  /** One request of each resource, by what Pulumi does with it. */
  readonly requests: {
    readonly make: {
      readonly repositories: readonly Request[];
      readonly others: readonly Request[];
      /** Requests of one resource that is made in several, each of which misbehaves: any more would be too much. */
      readonly several: readonly Request[];
      /** What the host would take a second of: its answer is lost in a second way, too. */
      readonly again: readonly Request[];
    };
    readonly change: readonly Request[];
    /** The deletion of a key whose successor is there: its making is not hit here, since that, too, may delete. */
    readonly replaced: Request;
    readonly remove: readonly Request[];
    readonly read: readonly Request[];
    readonly destroy: readonly Request[];
  };
  /** Resources whose deletion the provider fails where they are gone already, as patterns. */
  readonly failing: readonly string[];
  readonly look: (stack: HostStack) => Promise<OnHost>;
  readonly all: OnHost;
  readonly changed: OnHost;
  readonly none: OnHost;
}

/** Of a list, or of the list below a member: a text of each. */
async function list(
  stack: HostStack,
  path: string,
  text: (one: Item) => string,
  member?: string,
): Promise<string[]> {
  const body = await stack.look<unknown>(path);
  const items = member === undefined ? body : (body as Record<string, unknown> | undefined)?.[member];
  return ((items ?? []) as Item[]).map(text).toSorted();
}

const gitHubPaths = {
  values: "/repos/acme/shop/actions",
  stage: "/repos/acme/shop/environments/production",
  group: "/orgs/acme/actions",
};
const [first, second] = ["the-first-value", "another-value"];

function gitHubHas(
  value: string,
  reviews: number,
  hook: string,
  description: string,
  policy: boolean,
): OnHost {
  return {
    description: [description],
    keys: ["the key", "the reading key"],
    variables: [`URL=${value}`],
    secrets: ["PASSWORD"],
    environments: [`production ${policy ? "protected" : "open"}`],
    stageVariables: [`STAGE=${value}`],
    stageSecrets: ["STAGE_PASSWORD"],
    groupVariables: [`GROUP_URL=${value}`],
    groupSecrets: ["GROUP_PASSWORD"],
    groupSecretFor: ["shop"],
    hooks: [hook],
    rulesets: ["slipway-changes", "slipway-history"],
    reviews: [String(reviews)],
  };
}

/** https://docs.github.com/en/rest */
export const gitHubKinds: HostKinds = {
  kind: "github",
  requests: {
    make: {
      repositories: [
        ["POST", "/orgs/acme/repos$"],
        ["PUT", "/shop/topics$"],
      ],
      others: [
        ["POST", "/shop/keys$"],
        ["POST", "/charts/keys$"],
        ["PUT", `${gitHubPaths.stage}$`],
        ["POST", `${gitHubPaths.values}/variables$`],
        ["PUT", `${gitHubPaths.values}/secrets/PASSWORD$`],
        ["POST", `${gitHubPaths.stage}/variables$`],
        ["PUT", "/environments/production/secrets/STAGE_PASSWORD$"],
        ["POST", `${gitHubPaths.group}/variables$`],
        ["PUT", `${gitHubPaths.group}/secrets/GROUP_PASSWORD$`],
        ["PUT", `${gitHubPaths.group}/secrets/GROUP_PASSWORD/repositories$`],
        ["POST", "/shop/hooks$"],
        ["POST", "/shop/rulesets$"],
      ],
      several: [],
      again: [["POST", "/shop/rulesets$"]],
    },
    change: [
      ["PATCH", "/repos/acme/shop$"],
      ["PUT", `${gitHubPaths.stage}$`],
      ["PATCH", `${gitHubPaths.values}/variables/URL$`],
      ["PUT", `${gitHubPaths.values}/secrets/PASSWORD$`],
      ["PATCH", `${gitHubPaths.stage}/variables/STAGE$`],
      ["PUT", "/environments/production/secrets/STAGE_PASSWORD$"],
      ["PATCH", `${gitHubPaths.group}/variables/GROUP_URL$`],
      ["PUT", `${gitHubPaths.group}/secrets/GROUP_PASSWORD$`],
      ["PATCH", "/shop/hooks/\\d+$"],
      ["PUT", "/shop/rulesets/\\d+$"],
    ],
    replaced: ["DELETE", "/shop/keys/\\d+$"],
    remove: [
      ["DELETE", "/shop/keys/\\d+$"],
      ["DELETE", "/charts/keys/\\d+$"],
      ["DELETE", `${gitHubPaths.values}/variables/URL$`],
      ["DELETE", `${gitHubPaths.values}/secrets/PASSWORD$`],
      ["DELETE", `${gitHubPaths.stage}/variables/STAGE$`],
      ["DELETE", "/environments/production/secrets/STAGE_PASSWORD$"],
      ["DELETE", `${gitHubPaths.group}/variables/GROUP_URL$`],
      ["DELETE", `${gitHubPaths.group}/secrets/GROUP_PASSWORD$`],
      ["DELETE", "/shop/hooks/\\d+$"],
      ["DELETE", "/shop/rulesets/\\d+$"],
    ],
    read: [
      ["GET", "/repos/acme/shop$"],
      ["GET", "/shop/keys/\\d+$"],
      ["GET", `${gitHubPaths.stage}$`],
      ["GET", `${gitHubPaths.values}/variables/URL$`],
      ["GET", `${gitHubPaths.values}/secrets/PASSWORD$`],
      ["GET", `${gitHubPaths.stage}/variables/STAGE$`],
      ["GET", "/environments/production/secrets/STAGE_PASSWORD$"],
      ["GET", `${gitHubPaths.group}/variables/GROUP_URL$`],
      ["GET", `${gitHubPaths.group}/secrets/GROUP_PASSWORD$`],
      ["GET", "/shop/hooks/\\d+$"],
      ["GET", "/shop/rulesets/\\d+\\b"],
    ],
    destroy: [["DELETE", "/repos/acme/charts$"]],
  },
  failing: [
    "key-registration",
    "reading-key-registration",
    "variable",
    "secret",
    "environment-variable",
    "environment-secret",
    "group-variable",
    "group-secret",
    "webhook",
    "protection-(?:changes|history)",
  ],
  async look(stack) {
    const repository = await stack.look<{ description: string }>("/repos/acme/shop");
    const name = (one: Item) => String(one["name"]);
    const value = (one: Item) => `${name(one)}=${String(one["value"])}`;
    const { values, stage, group } = gitHubPaths;
    const keys = ["shop", "charts"].map((of) =>
      list(stack, `/repos/acme/${of}/keys`, ({ title }) => String(title)),
    );
    const rulesets = (await stack.look<{ id: number; name: string }[]>("/repos/acme/shop/rulesets")) ?? [];
    const changes = rulesets.find((one) => one.name === "slipway-changes");
    const { rules = [] } =
      (changes &&
        (await stack.look<{ rules: { parameters?: { required_approving_review_count?: number } }[] }>(
          `/repos/acme/shop/rulesets/${changes.id}`,
        ))) ??
      {};
    return {
      description: [repository?.description ?? ""],
      keys: (await Promise.all(keys)).flat().toSorted(),
      variables: await list(stack, `${values}/variables`, value, "variables"),
      secrets: await list(stack, `${values}/secrets`, name, "secrets"),
      environments: await list(
        stack,
        "/repos/acme/shop/environments",
        (one) => `${name(one)} ${one["deployment_branch_policy"] === null ? "open" : "protected"}`,
        "environments",
      ),
      stageVariables: await list(stack, `${stage}/variables`, value, "variables"),
      stageSecrets: await list(stack, `${stage}/secrets`, name, "secrets"),
      groupVariables: await list(stack, `${group}/variables`, value, "variables"),
      groupSecrets: await list(stack, `${group}/secrets`, name, "secrets"),
      groupSecretFor: await list(stack, `${group}/secrets/GROUP_PASSWORD/repositories`, name, "repositories"),
      hooks: await list(stack, "/repos/acme/shop/hooks", ({ config }) => String((config as Item)["url"])),
      rulesets: rulesets.map((one) => one.name).toSorted(),
      reviews: rules.flatMap(({ parameters }) => String(parameters?.required_approving_review_count ?? [])),
    };
  },
  all: gitHubHas(first, 1, "https://flux.example/hook", "A text", false),
  changed: gitHubHas(second, 2, "https://flux.example/other", "Another text", true),
  // An environment stays.
  none: {
    ...Object.fromEntries(Object.keys(gitHubHas(first, 1, "", "", true)).map((kind) => [kind, []])),
    description: ["A text"],
    environments: ["production protected"],
  },
};

function gitLabHas(value: string, reviews: number, tags: boolean, push: string, description: string): OnHost {
  return {
    description: [description],
    keys: ["the key"],
    variables: [`PASSWORD=${value}`, `STAGE=${value}`, `STAGE_PASSWORD=${value}`, `URL=${value}`],
    groupVariables: [`GROUP_PASSWORD=${value}`, `GROUP_URL=${value}`],
    hooks: [`https://flux.example/hook ${tags ? "with" : "without"} tags`],
    letIn: ["shop"],
    protection: [`main: ${push}`],
    approvals: [`slipway-reviews: ${reviews}`],
    tokens: ["the token"],
  };
}

/** https://docs.gitlab.com/api/rest/ */
export const gitLabKinds: HostKinds = {
  kind: "gitlab",
  requests: {
    make: {
      repositories: [["POST", "/api/v4/projects$"]],
      others: [
        ["POST", "/deploy_keys$"],
        ["POST", "/job_token_scope/allowlist$"],
        ["POST", "/projects/\\d+/variables$"],
        ["POST", "/groups/\\d+/variables$"],
        ["POST", "/hooks$"],
        ["POST", "/approval_rules$"],
        ["POST", "/access_tokens$"],
      ],
      several: [
        ["DELETE", "/protected_branches/main$"],
        ["POST", "/protected_branches\\b"],
      ],
      again: [
        ["POST", "/access_tokens$"],
        ["POST", "/hooks$"],
      ],
    },
    change: [
      ["PUT", "/projects/\\d+$"],
      ["PUT", "/projects/\\d+/variables/URL\\b"],
      ["PUT", "/projects/\\d+/variables/PASSWORD\\b"],
      ["PUT", "/projects/\\d+/variables/STAGE\\b"],
      ["PUT", "/projects/\\d+/variables/STAGE_PASSWORD\\b"],
      ["PUT", "/groups/\\d+/variables/GROUP_URL\\b"],
      ["PUT", "/groups/\\d+/variables/GROUP_PASSWORD\\b"],
      ["PUT", "/hooks/\\d+$"],
      ["PATCH", "/protected_branches/main$"],
      ["PUT", "/approval_rules/\\d+$"],
      ["POST", "/access_tokens$"],
    ],
    replaced: ["DELETE", "/deploy_keys/\\d+$"],
    remove: [
      ["DELETE", "/deploy_keys/\\d+$"],
      ["DELETE", "/job_token_scope/allowlist/\\d+$"],
      ["DELETE", "/projects/\\d+/variables/URL\\b"],
      ["DELETE", "/projects/\\d+/variables/PASSWORD\\b"],
      ["DELETE", "/projects/\\d+/variables/STAGE\\b"],
      ["DELETE", "/projects/\\d+/variables/STAGE_PASSWORD\\b"],
      ["DELETE", "/groups/\\d+/variables/GROUP_URL\\b"],
      ["DELETE", "/groups/\\d+/variables/GROUP_PASSWORD\\b"],
      ["DELETE", "/hooks/\\d+$"],
      ["DELETE", "/approval_rules/\\d+$"],
      ["DELETE", "/access_tokens/\\d+$"],
    ],
    read: [
      ["GET", "/projects/\\d+$"],
      ["GET", "/deploy_keys/\\d+$"],
      ["GET", "/job_token_scope/allowlist\\b"],
      ["GET", "/projects/\\d+/variables/URL\\b"],
      ["GET", "/groups/\\d+/variables/GROUP_URL\\b"],
      ["GET", "/hooks/\\d+$"],
      ["GET", "/protected_branches/main$"],
      ["GET", "/approval_rules/\\d+$"],
      ["GET", "/access_tokens/\\d+$"],
    ],
    destroy: [["DELETE", "/projects/\\d+$"]],
  },
  // The provider lets a variable be gone, and GitLab revokes a token twice.
  failing: ["key-registration", "reading-job-token", "webhook", "protection-reviews"],
  async look(stack) {
    const shop = "/projects/acme%2Fshop";
    const text = (key: string) => (one: Item) => String(one[key]);
    const value = (one: Item) => `${text("key")(one)}=${text("value")(one)}`;
    const project = await stack.look<{ description: string }>(shop);
    const levels = (one: Item) =>
      (one["push_access_levels"] as { access_level_description: string }[])
        .map((level) => level.access_level_description)
        .join(", ");
    const letIn = await list(stack, "/projects/acme%2Fcharts/job_token_scope/allowlist", text("path"));
    return {
      description: [project?.description ?? ""],
      keys: await list(stack, `${shop}/deploy_keys`, text("title")),
      variables: await list(stack, `${shop}/variables`, value),
      groupVariables: await list(stack, "/groups/acme/variables", value),
      hooks: await list(
        stack,
        `${shop}/hooks`,
        (one) => `${text("url")(one)} ${one["tag_push_events"] === true ? "with" : "without"} tags`,
      ),
      letIn: letIn.filter((path) => path !== "charts"),
      protection: await list(
        stack,
        `${shop}/protected_branches`,
        (one) => `${text("name")(one)}: ${levels(one)}`,
      ),
      approvals: await list(
        stack,
        `${shop}/approval_rules`,
        (one) => `${text("name")(one)}: ${text("approvals_required")(one)}`,
      ),
      tokens: await list(stack, `${shop}/access_tokens?state=active`, text("name")),
    };
  },
  all: gitLabHas(first, 1, false, "No one", "A text"),
  changed: gitLabHas(second, 2, true, "the key", "Another text"),
  // The protection of the default branch stays, without the key that is gone.
  none: {
    ...Object.fromEntries(Object.keys(gitLabHas(first, 1, true, "", "")).map((kind) => [kind, []])),
    description: ["A text"],
    protection: ["main: "],
  },
};
