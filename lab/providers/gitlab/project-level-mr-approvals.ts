import type { ProjectLevelMergeRequestApprovalSchema } from "@gitbeaker/rest";
import { found } from "./api.ts";
import { textOf, type Field, type Found, type Kind, type Plain } from "./kind.ts";

/** The switches, with the host's names; the host has each where the program does not say it. */
const switches = {
  disableOverridingApproversPerMergeRequest: "disable_overriding_approvers_per_merge_request",
  mergeRequestsAuthorApproval: "merge_requests_author_approval",
  mergeRequestsDisableCommittersApproval: "merge_requests_disable_committers_approval",
  resetApprovalsOnPush: "reset_approvals_on_push",
} as const;

type Switch = keyof typeof switches;
const names = Object.keys(switches) as Switch[];

/** What the official provider leaves a project with: not what was there before it. */
const usual = {
  disableOverridingApproversPerMergeRequest: false,
  mergeRequestsAuthorApproval: false,
  mergeRequestsDisableCommittersApproval: false,
  resetApprovalsOnPush: true,
} as const satisfies Record<Switch, boolean>;

/**
 * Who may approve a project's merge requests. They are the project's own settings: making them changes these, and deleting them
 * sets them to GitLab's defaults. The id is the project as the program names it. Of a project that is gone, deleting is an error,
 * as it is in the official provider.
 * https://docs.gitlab.com/api/merge_request_approvals/#approval-configuration-for-projects, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_level_mr_approvals
 */
export const projectLevelMrApprovals: Kind = {
  type: "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals",
  fields: {
    project: { type: "text", from: "required", replaces: true },
    ...(Object.fromEntries(names.map((name) => [name, { type: "truth", from: "computed" }])) as Record<
      Switch,
      Field
    >),
  },

  async create({ approvals }, inputs) {
    const project = textOf(inputs, "project");
    return foundOf(project, await approvals.editConfiguration(project, given(inputs)));
  },

  async read({ approvals }, id) {
    const answer = await found(approvals.showConfiguration(id));
    return answer && foundOf(id, answer);
  },

  async update({ approvals }, id, inputs) {
    return foundOf(id, await approvals.editConfiguration(id, given(inputs)));
  },

  async remove({ approvals }, id) {
    await approvals.editConfiguration(id, usual);
  },
};

/** What the program says. */
const given = (inputs: Plain): Partial<Record<Switch, boolean>> =>
  Object.fromEntries(
    names.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name] === true]])),
  );

const foundOf = (project: string, settings: ProjectLevelMergeRequestApprovalSchema): Found => ({
  id: project,
  properties: { project, ...Object.fromEntries(names.map((name) => [name, settings[switches[name]]])) },
});
