import type { ProjectLevelApprovalRuleSchema } from "@gitbeaker/rest";
import { found, type GitLabApi } from "./api.ts";
import { idParts, textOf, type Found, type Kind, type Plain } from "./kind.ts";

const type = "gitlab:index/projectApprovalRule:ProjectApprovalRule";
const form = "PROJECT:RULE";
const ruleType = "any_approver";

/**
 * The rule of how many have to approve, whoever they are; of other types there is none here. A project has one at most: one
 * that asks for nobody is changed instead of made, one that asks for somebody is left to the host to refuse.
 * https://docs.gitlab.com/api/merge_request_approvals/#approval-rules-for-projects, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_approval_rule
 */
export const projectApprovalRule: Kind = {
  type,
  fields: {
    project: { type: "text", from: "required", replaces: true },
    name: { type: "text", from: "required" },
    approvalsRequired: { type: "number", from: "required" },
    ruleType: { type: "text", from: "required", replaces: true, oneOf: [ruleType] },
  },

  async create(api, inputs) {
    const { approvals } = api;
    const project = textOf(inputs, "project");
    const idle = await idleRule(api, project);
    const { name, required } = settingsOf(inputs);
    const rule =
      idle === undefined
        ? await approvals.createApprovalRule(project, name, required, { ruleType })
        : await approvals.editApprovalRule(project, idle, name, required);
    return foundOf(project, rule);
  },

  async read({ approvals }, id) {
    const [project, rule] = partsOf(id);
    const answer = await found(approvals.showApprovalRule(project, rule));
    return answer && foundOf(project, answer);
  },

  async update({ approvals }, id, inputs) {
    const [project, rule] = partsOf(id);
    const { name, required } = settingsOf(inputs);
    return foundOf(project, await approvals.editApprovalRule(project, rule, name, required));
  },

  async remove({ approvals }, id) {
    const [project, rule] = partsOf(id);
    await approvals.removeApprovalRule(project, rule);
  },
};

function partsOf(id: string): [string, number] {
  const [project = "", rule] = idParts(type, id, form);
  return [project, Number(rule)];
}

const settingsOf = (inputs: Plain) => ({
  name: textOf(inputs, "name"),
  required: Number(inputs["approvalsRequired"]),
});

/** Number of the rule for any approver, if it asks for nobody. */
async function idleRule({ approvals }: GitLabApi, project: string): Promise<number | undefined> {
  const rules = await found(approvals.allApprovalRules(project));
  return rules?.find((rule) => rule.rule_type === ruleType && rule.approvals_required === 0)?.id;
}

function foundOf(project: string, rule: ProjectLevelApprovalRuleSchema): Found {
  return {
    id: `${project}:${rule.id}`,
    properties: {
      project,
      name: rule.name,
      approvalsRequired: rule.approvals_required,
      ruleType: rule.rule_type,
    },
  };
}
