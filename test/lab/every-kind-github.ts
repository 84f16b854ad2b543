/** One of every kind of resource on GitHub: the requests, and what is on the host. */
import { first, list, second, type HostKinds, type Item, type OnHost } from "./every-kind.ts";

const gitHubPaths = {
  values: "/repos/acme/shop/actions",
  stage: "/repos/acme/shop/environments/production",
  group: "/orgs/acme/actions",
};

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
