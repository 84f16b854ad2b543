/** Ids that a Git host gives by itself, for what a killed Pulumi was just creating: asked of the lab's hosts. */
import { listAll } from "./github-list.ts";
import { gitlabList, gitlabProject } from "./gitlab-list.ts";
import type { StateResource } from "./pending-creates.ts";

/** The id of a thing that a host numbers; nothing if there is none, or the host does not say. */
export async function numberedId(
  { type, inputs = {} }: StateResource,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const text = (name: string) => {
    const value = inputs[name];
    return typeof value === "string" ? value : "";
  };
  try {
    switch (type) {
      case "github:index/repositoryDeployKey:RepositoryDeployKey":
        return await githubKey(text("repository"), text("title"), env);
      case "gitlab:index/project:Project":
        return await gitlabProject(env, text("path"));
      case "gitlab:index/deployKey:DeployKey":
        return await gitlabKey(text("project"), text("title"), env);
      case "gitlab:index/projectApprovalRule:ProjectApprovalRule":
        return await gitlabApprovalRule(text("project"), text("name"), env);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

/** Keys are known by their titles. */
async function githubKey(repository: string, title: string, env: NodeJS.ProcessEnv) {
  const access = { baseUrl: env["GITHUB_BASE_URL"] ?? "", token: env["GITHUB_TOKEN"] ?? "" };
  const path = `/repos/${env["GITHUB_OWNER"] ?? ""}/${repository}/keys`;
  const keys = await listAll<{ id: number; title: string }>(access, path);
  const key = keys.find((found) => found.title === title);
  return key && `${repository}:${key.id}`;
}

async function gitlabKey(project: string, title: string, env: NodeJS.ProcessEnv) {
  const keys = await gitlabList<{ id: number; title: string }>(
    env,
    `projects/${encodeURIComponent(project)}/deploy_keys`,
  );
  const key = keys.find((found) => found.title === title);
  return key && `${project}:${key.id}`;
}

async function gitlabApprovalRule(project: string, name: string, env: NodeJS.ProcessEnv) {
  const path = `projects/${encodeURIComponent(project)}/approval_rules`;
  const rules = await gitlabList<{ id: number; name: string }>(env, path);
  const rule = rules.find((found) => found.name === name);
  return rule && `${project}:${rule.id}`;
}
