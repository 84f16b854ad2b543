import type { CondensedGroupSchema, JobTokenScopeSchema, ProjectAllowListSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { type ProjectCall, type ProjectEndpoint, created, noContent, ok } from "./endpoint.ts";
import { badParameters, badRequest, notFound } from "./gitlab-error.ts";
import { paginate } from "./pagination.ts";
import { flag, integer, readParameters } from "./parameters.ts";
import { simpleProject } from "./project-view.ts";
import type { Shown } from "./shown.ts";
import { accessLevels } from "./state.ts";

const role = accessLevels.maintainer;
const change = z.object({ enabled: flag });
const target = {
  project: z.object({ target_project_id: integer }),
  group: z.object({ target_group_id: integer }),
};

/** Whose CI jobs may use a project: https://docs.gitlab.com/api/project_job_token_scopes/ */
export const jobTokenScopeEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "/job_token_scope",
    role,
    run: ({ project, repository }) =>
      ok({
        inbound_enabled: project.jobTokenScope.enabled,
        outbound_enabled: repository.settings["ci_job_token_scope_enabled"] === true,
      } satisfies Shown<JobTokenScopeSchema>),
  },
  {
    method: "PATCH",
    below: "/job_token_scope",
    role,
    run: async (call) => {
      call.project.jobTokenScope.enabled = readParameters(change, call).enabled;
      await call.store.save();
      return noContent;
    },
  },
  {
    method: "GET",
    below: "/job_token_scope/allowlist",
    role,
    run: (call) => {
      // Its own jobs always may.
      const ids = [call.project.id, ...call.project.jobTokenScope.projectIds];
      const page = paginate(
        call,
        ids.flatMap((id) => call.projects.find(String(id)) ?? []),
      );
      return ok(
        page.items.map((it) => simpleProject(call, it)),
        page.headers,
      );
    },
  },
  {
    method: "POST",
    below: "/job_token_scope/allowlist",
    role,
    run: async (call) => {
      checkId(call);
      const { target_project_id: id } = readParameters(target.project, call);
      const { project, projects, store } = call;
      if (projects.find(String(id)) === undefined) throw notFound("target_project_id not found");
      if (id === project.id) throw badRequest("Target project can't be the same as the source project");
      if (project.jobTokenScope.projectIds.includes(id))
        throw badRequest("Target project is already in the job token scope");
      project.jobTokenScope.projectIds.push(id);
      await store.save();
      return created({
        source_project_id: project.id,
        target_project_id: id,
      } satisfies Shown<ProjectAllowListSchema>);
    },
  },
  {
    method: "DELETE",
    below: "/job_token_scope/allowlist/:target_id",
    role,
    run: async (call) => {
      checkId(call);
      const { params, project, projects, store } = call;
      const found = projects.find(params["target_id"] ?? "");
      if (found === undefined) throw notFound("Project");
      const { jobTokenScope } = project;
      if (!jobTokenScope.projectIds.includes(found.project.id))
        throw badRequest("Target project is not in the job token scope");
      jobTokenScope.projectIds = jobTokenScope.projectIds.filter((id) => id !== found.project.id);
      await store.save();
      return noContent;
    },
  },
  {
    method: "GET",
    below: "/job_token_scope/groups_allowlist",
    role,
    run: (call) => {
      const { namespaces, project, urls } = call;
      const groups = project.jobTokenScope.groupIds.flatMap((id) => namespaces.group(String(id)) ?? []);
      const page = paginate(call, groups);
      const shown = page.items.map(
        (group) =>
          ({
            id: group.id,
            web_url: urls.web(`/groups/${namespaces.fullPath(group)}`),
            name: group.name,
          }) satisfies Shown<CondensedGroupSchema>,
      );
      return ok(shown, page.headers);
    },
  },
  {
    method: "POST",
    below: "/job_token_scope/groups_allowlist",
    role,
    run: async (call) => {
      checkId(call);
      const { target_group_id: id } = readParameters(target.group, call);
      const { namespaces, project, store } = call;
      if (namespaces.group(String(id)) === undefined) throw notFound("target_group_id not found");
      if (project.jobTokenScope.groupIds.includes(id))
        throw badRequest("Target group is already in the job token scope");
      project.jobTokenScope.groupIds.push(id);
      await store.save();
      return created({ source_project_id: project.id, target_group_id: id });
    },
  },
  {
    method: "DELETE",
    below: "/job_token_scope/groups_allowlist/:target_id",
    role,
    run: async (call) => {
      checkId(call);
      const { namespaces, params, project, store } = call;
      const group = namespaces.group(params["target_id"] ?? "");
      if (group === undefined) throw notFound("target_group_id not found");
      if (!project.jobTokenScope.groupIds.includes(group.id))
        throw badRequest("Target group is not in the job token scope");
      project.jobTokenScope.groupIds = project.jobTokenScope.groupIds.filter((id) => id !== group.id);
      await store.save();
      return noContent;
    },
  },
];

/** What changes these lists takes a project's number only, and not its path. */
function checkId({ params }: ProjectCall): void {
  if (!/^\d+$/.test(params["id"] ?? "")) throw badParameters("id is invalid");
}
