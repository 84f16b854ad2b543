import type { GitLabApi } from "./api.ts";
import { found } from "./api.ts";
import { idParts, textOf, type Kind } from "./kind.ts";
import { refusal } from "../serve.ts";

const type = "gitlab:index/projectJobTokenScope:ProjectJobTokenScope";
const form = "PROJECT:project:TARGET";

/** https://docs.gitlab.com/api/project_job_token_scopes/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_job_token_scope */
export const projectJobTokenScope: Kind = {
  type,
  fields: {
    project: { type: "text", from: "required", replaces: true },
    targetProjectId: { type: "number", from: "required", replaces: true },
  },

  async create({ jobTokenScopes }, inputs) {
    const project = textOf(inputs, "project");
    const target = Number(inputs["targetProjectId"]);
    await jobTokenScopes.addToInboundAllowList(project, target);
    return foundOf(project, target);
  },

  async read(api, id) {
    const [project, target] = partsOf(id);
    return (await targets(api, project))?.includes(target) === true ? foundOf(project, target) : undefined;
  },

  async remove({ jobTokenScopes }, id) {
    const [project, target] = partsOf(id);
    await jobTokenScopes.removeFromInboundAllowList(project, target);
  },
};

function partsOf(id: string): [string, number] {
  const [project = "", of, target] = idParts(type, id, form);
  if (of !== "project") throw refusal("gitlab", `a job token scope of a ${of ?? ""}`, "name a project");
  return [project, Number(target)];
}

function foundOf(project: string, targetProjectId: number) {
  return { id: `${project}:project:${targetProjectId}`, properties: { project, targetProjectId } };
}

/** Numbers of the projects in the list; nothing if the project itself is gone. */
async function targets({ jobTokenScopes }: GitLabApi, project: string): Promise<number[] | undefined> {
  const listed = await found(jobTokenScopes.showInboundAllowList(project));
  return listed?.map(({ id }) => id);
}
