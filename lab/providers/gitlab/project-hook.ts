import type { ProjectHookSchema } from "@gitbeaker/rest";
import { found } from "./api.ts";
import { idParts, textOf, type Found, type Kind, type Plain } from "./kind.ts";

const type = "gitlab:index/projectHook:ProjectHook";
const form = "PROJECT:HOOK";

/** https://docs.gitlab.com/api/project_webhooks/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_hook */
export const projectHook: Kind = {
  type,
  fields: {
    project: { type: "text", from: "required", replaces: true },
    // "Forces re-creation to preserve token": without a token in the request GitLab would forget it.
    url: { type: "text", from: "required", replaces: true },
    token: { type: "text", from: "optional", secret: true, local: true },
    name: { type: "text", from: "computed" },
    pushEvents: { type: "truth", from: "computed", otherwise: true },
    pushEventsBranchFilter: { type: "text", from: "computed" },
    tagPushEvents: { type: "truth", from: "computed" },
    enableSslVerification: { type: "truth", from: "computed", otherwise: true },
    hookId: { type: "number", from: "output" },
    projectId: { type: "number", from: "output" },
  },

  async create({ hooks }, inputs) {
    const project = textOf(inputs, "project");
    return foundOf(project, await hooks.add(project, textOf(inputs, "url"), settingsOf(inputs)));
  },

  async read({ hooks }, id) {
    const [project = "", hook = ""] = idParts(type, id, form);
    const answer = await found(hooks.show(project, Number(hook)));
    return answer && foundOf(project, answer);
  },

  async update({ hooks }, id, inputs) {
    const [project = "", hook = ""] = idParts(type, id, form);
    const options = settingsOf(inputs);
    return foundOf(project, await hooks.edit(project, Number(hook), textOf(inputs, "url"), options));
  },

  async remove({ hooks }, id) {
    const [project = "", hook = ""] = idParts(type, id, form);
    await hooks.remove(project, Number(hook));
  },
};

function settingsOf(inputs: Plain) {
  const { token, name, pushEvents, pushEventsBranchFilter, tagPushEvents, enableSslVerification } = inputs;
  return {
    ...(typeof token === "string" && { token }),
    ...(typeof name === "string" && { name }),
    ...(typeof pushEvents === "boolean" && { pushEvents }),
    ...(typeof pushEventsBranchFilter === "string" && { pushEventsBranchFilter }),
    ...(typeof tagPushEvents === "boolean" && { tagPushEvents }),
    ...(typeof enableSslVerification === "boolean" && { enableSslVerification }),
  };
}

/** The host never gives out the token, which then is what was set. */
function foundOf(project: string, hook: ProjectHookSchema): Found {
  const name = hook["name"];
  const filter = hook["push_events_branch_filter"];
  return {
    id: `${project}:${hook.id}`,
    properties: {
      ...{ project, url: hook.url, hookId: hook.id, projectId: Number(hook["project_id"]) },
      pushEvents: hook.push_events,
      tagPushEvents: hook.tag_push_events,
      enableSslVerification: hook.enable_ssl_verification,
      ...(typeof filter === "string" && { pushEventsBranchFilter: filter }),
      ...(typeof name === "string" && { name }),
    },
  };
}
