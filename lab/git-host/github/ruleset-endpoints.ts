/** The rulesets of a repository: https://docs.github.com/en/rest/repos/rules */
import { z } from "zod";
import { timestamp } from "../store.ts";
import {
  type Answer,
  type RepositoryCall,
  type RepositoryEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { notFound } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";
import { type Ruleset, type RulesetContent, bypasses } from "./rulesets.ts";
import { nodeId } from "./urls.ts";

const bypassActor = z.object({
  actor_id: z.int().nullish(),
  actor_type: z.enum(["Integration", "OrganizationAdmin", "RepositoryRole", "Team", "DeployKey", "User"]),
  bypass_mode: z.enum(["always", "pull_request", "exempt"]).default("always"),
});

const pullRequest = z.object({
  allowed_merge_methods: z
    .array(z.enum(["merge", "squash", "rebase"]))
    .min(1)
    .default(["merge", "squash", "rebase"]),
  dismiss_stale_reviews_on_push: z.boolean(),
  require_code_owner_review: z.boolean(),
  require_last_push_approval: z.boolean(),
  required_approving_review_count: z.int().min(0).max(10),
  required_review_thread_resolution: z.boolean(),
});

const statusChecks = z.object({
  required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.int().optional() })),
  strict_required_status_checks_policy: z.boolean(),
  do_not_enforce_on_create: z.boolean().optional(),
});

/** The rules that are enforced here; any other is refused, since nothing would come of it. */
const rule = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["creation", "deletion", "non_fast_forward"]) }),
  z.object({ type: z.literal("pull_request"), parameters: pullRequest }),
  z.object({ type: z.literal("required_status_checks"), parameters: statusChecks }),
]);

const refNames = z.object({
  include: z.array(z.string()).default([]),
  exclude: z.array(z.string()).default([]),
});

const creation = z.object({
  name: z.string().min(1),
  target: z.enum(["branch", "tag"]).default("branch"),
  enforcement: z.enum(["active", "disabled", "evaluate"]),
  bypass_actors: z.array(bypassActor).default([]),
  conditions: z.object({ ref_name: refNames.optional() }).optional(),
  rules: z.array(rule).default([]),
});

/** All rulesets are the repository's own: an organisation has none here. Several may have one name, which GitHub says nothing against. */
export const rulesetEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/rulesets",
    docs: "repos/rules#get-all-repository-rulesets",
    access: "readers",
    run: (call) => {
      const page = paginate(call, call.repository.rulesets ?? []);
      return ok(
        page.items.map((ruleset) => summary(call, ruleset)),
        page.headers,
      );
    },
  },
  {
    method: "POST",
    below: "/rulesets",
    docs: "repos/rules#create-a-repository-ruleset",
    access: "administrators",
    run: createRuleset,
  },
  {
    method: "GET",
    below: "/rulesets/:ruleset_id",
    docs: "repos/rules#get-a-repository-ruleset",
    access: "readers",
    run: (call) => ok(show(call, findRuleset(call))),
  },
  {
    method: "PUT",
    below: "/rulesets/:ruleset_id",
    docs: "repos/rules#update-a-repository-ruleset",
    access: "administrators",
    run: async (call) => {
      const ruleset = findRuleset(call);
      const wanted = readContent({ ...toBody(ruleset), ...(call.body as object) });
      Object.assign(ruleset, wanted, { updatedAt: timestamp() });
      await call.store.save();
      return ok(show(call, ruleset));
    },
  },
  {
    method: "DELETE",
    below: "/rulesets/:ruleset_id",
    docs: "repos/rules#delete-a-repository-ruleset",
    access: "administrators",
    run: async (call) => {
      const ruleset = findRuleset(call);
      call.repository.rulesets = call.repository.rulesets?.filter((other) => other !== ruleset);
      await call.store.save();
      return noContent;
    },
  },
];

async function createRuleset(call: RepositoryCall): Promise<Answer> {
  const wanted = readContent(call.body);
  const now = timestamp();
  const ruleset: Ruleset = { id: call.store.newId(), ...wanted, createdAt: now, updatedAt: now };
  (call.repository.rulesets ??= []).push(ruleset);
  await call.store.save();
  return created(show(call, ruleset));
}

function readContent(body: unknown): RulesetContent {
  const { name, target, enforcement, bypass_actors: actors, conditions, rules } = readBody(creation, body);
  const bypassActors = actors.map((actor) => ({ ...actor, actor_id: actor.actor_id ?? null }));
  const { include = [], exclude = [] } = conditions?.ref_name ?? {};
  return { name, target, enforcement, bypassActors, include, exclude, rules };
}

function findRuleset({ params, repository }: RepositoryCall): Ruleset {
  const ruleset = repository.rulesets?.find(({ id }) => id === Number(params["ruleset_id"]));
  if (ruleset === undefined) throw notFound();
  return ruleset;
}

/** A ruleset as a request would say it. */
function toBody({ name, target, enforcement, bypassActors, include, exclude, rules }: Ruleset): object {
  return {
    ...{ name, target, enforcement, rules },
    bypass_actors: bypassActors,
    conditions: { ref_name: { include, exclude } },
  };
}

/** A ruleset in a list. */
function summary({ repository, urls }: RepositoryCall, ruleset: Ruleset): object {
  const { id, name, target, enforcement, createdAt, updatedAt } = ruleset;
  const path = `/${repository.owner}/${repository.name}`;
  return {
    ...{ id, name, target, enforcement },
    source_type: "Repository",
    source: path.slice(1),
    node_id: nodeId("RepositoryRuleset", id),
    _links: {
      self: { href: `${urls.repository(repository)}/rulesets/${id}` },
      html: { href: urls.web(`${path}/rules/${id}`) },
    },
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** A ruleset by itself; who gets past it is shown to those who may change it. */
function show(call: RepositoryCall, ruleset: Ruleset): object {
  const { bypass_actors: actors, ...content } = toBody(ruleset) as { bypass_actors: unknown };
  if (call.identity !== "administrator") return { ...summary(call, ruleset), ...content };
  return {
    ...summary(call, ruleset),
    ...content,
    bypass_actors: actors,
    current_user_can_bypass: bypasses(ruleset, "administrator") ? "always" : "never",
  };
}
