/** Environments of a repository's workflows: https://docs.github.com/rest/deployments/environments */
import { z } from "zod";
import { type CiEnvironment, timestamp } from "../store.ts";
import { simpleUser } from "./accounts.ts";
import { type Answer, type RepositoryCall, type RepositoryEndpoint, noContent, ok } from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";
import { nodeId } from "./urls.ts";
import { valueEndpoints } from "./value-endpoints.ts";

const settings = z.object({
  wait_timer: z.int().min(0).max(43_200).nullish(),
  prevent_self_review: z.boolean().nullish(),
  /** Of the accounts here, one may review: the user. */
  reviewers: z.array(z.object({ type: z.enum(["User", "Team"]), id: z.int() })).nullish(),
  deployment_branch_policy: z
    .object({ protected_branches: z.boolean(), custom_branch_policies: z.boolean() })
    .nullish(),
  can_admins_bypass: z.boolean().nullish(),
});

const below = "/environments/:environment_name";

/** A repository's environments, and the values in them. */
export const environmentEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/environments",
    docs: "deployments/environments#list-environments",
    access: "readers",
    run: (call) => {
      const environments = call.repository.environments ?? [];
      const page = paginate(call, environments);
      const items = page.items.map((environment) => showEnvironment(call, environment));
      return ok({ total_count: environments.length, environments: items }, page.headers);
    },
  },
  {
    method: "GET",
    below,
    docs: "deployments/environments#get-an-environment",
    access: "readers",
    run: (call) => ok(showEnvironment(call, findEnvironment(call))),
  },
  {
    method: "PUT",
    below,
    docs: "deployments/environments#create-or-update-an-environment",
    access: "administrators",
    run: putEnvironment,
  },
  {
    method: "DELETE",
    below,
    docs: "deployments/environments#delete-an-environment",
    access: "administrators",
    run: async (call) => {
      const environment = findEnvironment(call);
      call.repository.environments =
        call.repository.environments?.filter((other) => other !== environment) ?? [];
      await call.store.save();
      return noContent;
    },
  },
  ...valueEndpoints<RepositoryCall>({
    article: "an",
    noun: "environment",
    holder: findEnvironment,
  }).map((operation) => ({
    ...operation,
    below: `${below}${operation.below}`,
    access: "administrators" as const,
  })),
];

/** It is made, or gets exactly these rules. */
async function putEnvironment(call: RepositoryCall): Promise<Answer> {
  const wanted = readBody(settings, call.body ?? {});
  const policy = wanted.deployment_branch_policy ?? undefined;
  if (policy !== undefined && policy.protected_branches === policy.custom_branch_policies) {
    throw new GitHubError(
      422,
      "The protected_branches and custom_branch_policies fields cannot have the same value",
    );
  }
  const { repository, store, accounts } = call;
  const reviewers = (wanted.reviewers ?? []).map(({ type, id }) => {
    if (type === "User" && id === accounts.administrator.id) return id;
    throw new GitHubError(422, `Could not resolve to a ${type} with the id ${id}`);
  });
  const now = timestamp();
  const rules = {
    waitTimer: wanted.wait_timer ?? 0,
    preventSelfReview: wanted.prevent_self_review ?? false,
    adminsBypass: wanted.can_admins_bypass ?? true,
    reviewers,
    branches: policy && (policy.protected_branches ? ("protected" as const) : ("custom" as const)),
    updatedAt: now,
  };
  const known = (repository.environments ??= []).find(sameName(call));
  const made: CiEnvironment = known ?? {
    id: store.newId(),
    name: call.params["environment_name"] ?? "",
    variables: [],
    secrets: [],
    createdAt: now,
    ...rules,
  };
  if (known === undefined) repository.environments.push(made);
  else Object.assign(known, rules);
  await store.save();
  return ok(showEnvironment(call, made));
}

/** Capitals make no difference. */
const sameName =
  ({ params }: RepositoryCall) =>
  ({ name }: CiEnvironment): boolean =>
    name.toLowerCase() === (params["environment_name"] ?? "").toLowerCase();

function findEnvironment(call: RepositoryCall): CiEnvironment {
  const found = call.repository.environments?.find(sameName(call));
  if (found === undefined) throw notFound();
  return found;
}

function showEnvironment({ accounts, repository, urls }: RepositoryCall, environment: CiEnvironment): object {
  const { id, name, waitTimer, reviewers, branches } = environment;
  const rule = (type: string, more: object) => ({
    id,
    node_id: nodeId("Gate", `${id}${type}`),
    type,
    ...more,
  });
  const { owner, name: repositoryName } = repository;
  return {
    id,
    node_id: nodeId("Environment", id),
    name,
    url: `${urls.repository(repository)}/environments/${encodeURIComponent(name)}`,
    html_url: urls.web(
      `/${owner}/${repositoryName}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    ),
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    can_admins_bypass: environment.adminsBypass,
    protection_rules: [
      ...(waitTimer > 0 ? [rule("wait_timer", { wait_timer: waitTimer })] : []),
      ...(reviewers.length > 0
        ? [
            rule("required_reviewers", {
              prevent_self_review: environment.preventSelfReview,
              reviewers: reviewers.map(() => ({
                type: "User",
                reviewer: simpleUser(accounts.administrator, urls),
              })),
            }),
          ]
        : []),
      ...(branches === undefined ? [] : [rule("branch_policy", {})]),
    ],
    deployment_branch_policy:
      branches === undefined
        ? null
        : { protected_branches: branches === "protected", custom_branch_policies: branches === "custom" },
  };
}
