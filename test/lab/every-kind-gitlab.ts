/** One of every kind of resource on GitLab: the requests, and what is on the host. */
import { first, list, second, type HostKinds, type Item, type OnHost } from "./every-kind.ts";

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
