import type { ProjectLevelApprovalRuleSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { type Answer, type ProjectCall, type ProjectEndpoint, created, noContent, ok } from "./endpoint.ts";
import { forbidden, invalid, notFound } from "./gitlab-error.ts";
import { isPremium } from "./license-endpoints.ts";
import { paginate } from "./pagination.ts";
import { integer, readParameters, text } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type ApprovalRule, accessLevels } from "./state.ts";

const role = accessLevels.maintainer;

/** Rules for certain users, groups or reports are none of the lab's. */
const creation = z.object({
  name: text,
  approvals_required: integer,
  rule_type: z.enum(["regular", "any_approver"]).optional(),
});
const change = creation.omit({ rule_type: true }).partial();

/** Who has to approve merge requests of a project: https://docs.gitlab.com/api/merge_request_approvals/#approval-rules-for-projects */
export const approvalRuleEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "/approval_rules",
    role: accessLevels.developer,
    run: licensed((call) => {
      const page = paginate(call, rulesOf(call));
      return ok(page.items.map(showRule), page.headers);
    }),
  },
  { method: "POST", below: "/approval_rules", role, run: licensed(createRule) },
  {
    method: "GET",
    below: "/approval_rules/:rule_id",
    role: accessLevels.developer,
    run: licensed((call) => ok(showRule(findRule(call)))),
  },
  { method: "PUT", below: "/approval_rules/:rule_id", role, run: licensed(changeRule) },
  {
    method: "DELETE",
    below: "/approval_rules/:rule_id",
    role,
    run: licensed(async (call) => {
      const rule = findRule(call);
      call.project.approvalRules = rulesOf(call).filter((it) => it !== rule);
      await call.store.save();
      return noContent;
    }),
  },
];

/** Nobody may ask for approvals where the plan has none. */
function licensed(run: ProjectEndpoint["run"]): ProjectEndpoint["run"] {
  return (call) => {
    if (!isPremium(call.state)) throw forbidden();
    return run(call);
  };
}

const rulesOf = ({ project }: Pick<ProjectCall, "project">): readonly ApprovalRule[] =>
  project.approvalRules ?? [];

async function createRule(call: ProjectCall): Promise<Answer> {
  const { name, approvals_required: required, rule_type: type = "regular" } = readParameters(creation, call);
  const rule = { id: call.store.newId(), name, type, required };
  check(call, rule);
  call.project.approvalRules = [...rulesOf(call), rule];
  await call.store.save();
  return created(showRule(rule));
}

async function changeRule(call: ProjectCall): Promise<Answer> {
  const wanted = readParameters(change, call);
  const rule = findRule(call);
  const { name = rule.name, approvals_required: required = rule.required } = wanted;
  check(call, { ...rule, name, required });
  Object.assign(rule, { name, required });
  await call.store.save();
  return ok(showRule(rule));
}

/** @throws GitLabError 400 for a name that another rule of the type has, a second rule for anybody, and a wrong number */
function check(call: ProjectCall, rule: ApprovalRule): void {
  const others = rulesOf(call).filter(({ id, type }) => id !== rule.id && type === rule.type);
  const errors = {
    ...(others.some(({ name }) => name === rule.name) && { name: ["has already been taken"] }),
    ...(rule.type === "any_approver" &&
      others.length > 0 && { rule_type: ["any-approver for the project already exists"] }),
    ...(rule.required < 0 && { approvals_required: ["must be greater than or equal to 0"] }),
    ...(rule.required > 100 && { approvals_required: ["must be less than or equal to 100"] }),
  };
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

function findRule(call: ProjectCall): ApprovalRule {
  const rule = rulesOf(call).find(({ id }) => String(id) === call.params["rule_id"]);
  if (rule === undefined) throw notFound();
  return rule;
}

function showRule({ id, name, type, required }: ApprovalRule) {
  return {
    id,
    name,
    rule_type: type,
    report_type: null,
    eligible_approvers: [],
    approvals_required: required,
    users: [],
    groups: [],
    contains_hidden_groups: false,
    protected_branches: [],
    applies_to_all_protected_branches: false,
  } satisfies Shown<ProjectLevelApprovalRuleSchema, "overridden">;
}
