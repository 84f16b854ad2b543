import type { ProjectLevelMergeRequestApprovalSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { type ProjectCall, type ProjectEndpoint, created, ok } from "./endpoint.ts";
import { badParameters, invalid } from "./gitlab-error.ts";
import { isPremium } from "./license-endpoints.ts";
import { flag, integer, readParameters } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { accessLevels } from "./state.ts";

const role = accessLevels.maintainer;

/** The switches, as a new project has them. */
const switches = {
  reset_approvals_on_push: true,
  selective_code_owner_removals: false,
  disable_overriding_approvers_per_merge_request: false,
  merge_requests_author_approval: false,
  merge_requests_disable_committers_approval: false,
  require_password_to_approve: false,
  require_reauthentication_to_approve: false,
} as const satisfies Record<string, boolean>;

type Switch = keyof typeof switches;
const names = Object.keys(switches) as Switch[];

/** How many approvals, an older way to say it than rules, is read, and counts for nothing. */
const change = z.object({
  approvals_before_merge: integer.optional(),
  ...(Object.fromEntries(names.map((name) => [name, flag.optional()])) as Record<
    Switch,
    z.ZodOptional<typeof flag>
  >),
});

/**
 * Who may approve merge requests of a project, and for how long that counts. Without a licence they can be said, and an approval
 * is never reset.
 * https://docs.gitlab.com/api/merge_request_approvals/#approval-configuration-for-projects,
 * https://gitlab.com/gitlab-org/gitlab/-/blob/master/ee/lib/api/project_approvals.rb
 */
export const approvalSettingsEndpoints: readonly ProjectEndpoint[] = [
  { method: "GET", below: "/approvals", role, run: (call) => ok(showSettings(call)) },
  {
    method: "POST",
    below: "/approvals",
    role,
    run: async (call) => {
      const wanted = readParameters(change, call);
      if (Object.keys(wanted).length === 0)
        throw badParameters(
          `${Object.keys(change.shape).join(", ")} are missing, at least one parameter must be provided`,
        );
      const changed = names.flatMap((name) => (wanted[name] === undefined ? [] : [[name, wanted[name]]]));
      const next = {
        ...settingsOf(call),
        ...(Object.fromEntries(changed) as Partial<Record<Switch, boolean>>),
      };
      if (next.selective_code_owner_removals && next.reset_approvals_on_push)
        throw invalid({
          base: [
            "selective_code_owner_removals can only be enabled when reset_approvals_on_push is disabled",
          ],
        });
      call.project.approvalSettings = next;
      await call.store.save();
      return created(showSettings(call));
    },
  },
];

const settingsOf = ({ project }: ProjectCall): Record<Switch, boolean> => ({
  ...switches,
  ...project.approvalSettings,
});

function showSettings(call: ProjectCall) {
  const settings = settingsOf(call);
  return {
    approvers: [],
    approver_groups: [],
    approvals_before_merge: 0,
    ...settings,
    reset_approvals_on_push: settings.reset_approvals_on_push && isPremium(call.state),
  } satisfies Shown<ProjectLevelMergeRequestApprovalSchema>;
}
