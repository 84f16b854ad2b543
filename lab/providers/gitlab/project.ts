import { setTimeout } from "node:timers/promises";
import type { EditProjectOptions, ProjectSchema } from "@gitbeaker/rest";
import { found, type GitLabApi } from "./api.ts";
import { textOf, type Found, type Kind, type Plain } from "./kind.ts";

const levels = ["disabled", "private", "enabled"];

/** What can be said of a project when it is made and later. */
type Settings = Pick<
  EditProjectOptions,
  | "description"
  | "topics"
  | "visibility"
  | "mergeMethod"
  | "squashOption"
  | "onlyAllowMergeIfPipelineSucceeds"
  | "removeSourceBranchAfterMerge"
  | "issuesAccessLevel"
>;

/** How often is looked whether a project is gone, and how long in all: deleting goes on behind the answer. */
const [pauseMs, patienceMs] = [250, 600_000];

/** https://docs.gitlab.com/api/projects/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project */
export const project: Kind = {
  type: "gitlab:index/project:Project",
  fields: {
    name: { type: "text", from: "required" },
    path: { type: "text", from: "optional" },
    namespaceId: { type: "number", from: "computed" },
    description: { type: "text", from: "optional" },
    topics: { type: "texts", from: "computed" },
    visibilityLevel: { type: "text", from: "computed", oneOf: ["private", "internal", "public"] },
    mergeMethod: { type: "text", from: "computed", oneOf: ["merge", "rebase_merge", "ff"] },
    squashOption: { type: "text", from: "computed", oneOf: ["never", "always", "default_on", "default_off"] },
    onlyAllowMergeIfPipelineSucceeds: { type: "truth", from: "computed" },
    removeSourceBranchAfterMerge: { type: "truth", from: "computed" },
    issuesAccessLevel: { type: "text", from: "computed", oneOf: levels },
    archived: { type: "truth", from: "optional", otherwise: false },
    archiveOnDestroy: { type: "truth", from: "optional", local: true },
    emptyRepo: { type: "truth", from: "output" },
    httpUrlToRepo: { type: "text", from: "output" },
    pathWithNamespace: { type: "text", from: "output" },
    runnersToken: { type: "text", from: "output", secret: true },
    sshUrlToRepo: { type: "text", from: "output" },
    webUrl: { type: "text", from: "output" },
  },
  derived: Object.fromEntries(
    ["path", "namespaceId"].map((input) => [
      input,
      ["pathWithNamespace", "httpUrlToRepo", "sshUrlToRepo", "webUrl"],
    ]),
  ),

  async create({ projects }, inputs) {
    const { path, namespaceId, archived } = inputs;
    const options = {
      ...settingsOf(inputs),
      name: textOf(inputs, "name"),
      ...(typeof path === "string" && { path }),
      ...(typeof namespaceId === "number" && { namespaceId }),
    };
    const made = await projects.create(options);
    if (archived === true) await projects.archive(made.id);
    return foundOf(await projects.show(made.id));
  },

  async read({ projects }, id) {
    const answer = await found(projects.show(id));
    return answer === undefined || isMarked(answer) ? undefined : foundOf(answer);
  },

  async update({ projects }, id, inputs, changed) {
    const changes = Object.fromEntries(changed.map((name) => [name, inputs[name]]));
    const { path, namespaceId, archived } = changes;
    // The host refuses an edit of nothing, so the name is always among it.
    await projects.edit(id, {
      ...settingsOf({ ...changes, ...(changed.includes("description") && cleared(inputs)) }),
      name: textOf(inputs, "name"),
      ...(typeof path === "string" && { path }),
    });
    if (typeof namespaceId === "number") await projects.transfer(id, namespaceId);
    if (changed.includes("archived"))
      await (archived === true ? projects.archive(id) : projects.unarchive(id));
    return foundOf(await projects.show(id));
  },

  async remove(api, id, state) {
    if (state["archiveOnDestroy"] === true) {
      await api.projects.archive(id);
      return;
    }
    await api.projects.remove(id);
    await untilGone(api, id);
  },
};

const cleared = ({ description = "" }: Plain) => ({ description });

function settingsOf(inputs: Plain): Settings {
  const {
    description,
    topics,
    visibilityLevel,
    mergeMethod,
    squashOption,
    onlyAllowMergeIfPipelineSucceeds,
    removeSourceBranchAfterMerge,
    issuesAccessLevel,
  } = inputs;
  return {
    ...(typeof description === "string" && { description }),
    ...(Array.isArray(topics) && { topics: topics.map(String) }),
    ...(visibilityLevel !== undefined && { visibility: visibilityLevel as "private" }),
    ...(mergeMethod !== undefined && { mergeMethod: mergeMethod as "merge" }),
    ...(squashOption !== undefined && { squashOption: squashOption as "never" }),
    ...(onlyAllowMergeIfPipelineSucceeds !== undefined && {
      onlyAllowMergeIfPipelineSucceeds: onlyAllowMergeIfPipelineSucceeds === true,
    }),
    ...(removeSourceBranchAfterMerge !== undefined && {
      removeSourceBranchAfterMerge: removeSourceBranchAfterMerge === true,
    }),
    ...(issuesAccessLevel !== undefined && { issuesAccessLevel: issuesAccessLevel as "enabled" }),
  };
}

function foundOf(answer: ProjectSchema): Found {
  const { id, name, path, archived, topics } = answer;
  return {
    id: String(id),
    properties: {
      ...{ name, path, archived, topics: topics ?? [] },
      namespaceId: answer.namespace.id,
      description: answer.description ?? "",
      visibilityLevel: answer.visibility,
      mergeMethod: answer.merge_method,
      squashOption: answer.squash_option,
      onlyAllowMergeIfPipelineSucceeds: answer.only_allow_merge_if_pipeline_succeeds,
      removeSourceBranchAfterMerge: answer.remove_source_branch_after_merge,
      issuesAccessLevel: String(answer["issues_access_level"]),
      emptyRepo: answer.empty_repo,
      httpUrlToRepo: answer.http_url_to_repo,
      pathWithNamespace: answer.path_with_namespace,
      runnersToken: answer.runners_token,
      sshUrlToRepo: answer.ssh_url_to_repo,
      webUrl: answer.web_url,
    },
  };
}

/** Deleted projects are kept for a while, under another path: https://docs.gitlab.com/user/project/working_with_projects/#delete-a-project */
function isMarked(answer: ProjectSchema): boolean {
  return [answer["marked_for_deletion_at"], answer["marked_for_deletion_on"]].some(
    (day) => day !== undefined && day !== null,
  );
}

async function untilGone({ projects }: GitLabApi, id: string): Promise<void> {
  for (let waited = 0; waited < patienceMs; waited += pauseMs) {
    const answer = await found(projects.show(id));
    if (answer === undefined || isMarked(answer)) return;
    await setTimeout(pauseMs);
  }
  throw new Error(`GitLab has not deleted the project ${id} within ${patienceMs / 60_000} minutes`);
}
