import { z } from "zod";
import { commitFirst } from "../git-objects.ts";
import { findRef } from "../git-refs.ts";
import { timestamp } from "../store.ts";
import {
  type Answer,
  type GeneralEndpoint,
  type ProjectCall,
  type ProjectEndpoint,
  type SignedInCall,
  accepted,
  created,
  ok,
} from "./endpoint.ts";
import { type Caller, groupRole } from "./caller.ts";
import { badParameters, forbidden, invalid, notFound, refused } from "./gitlab-error.ts";
import type { Namespace } from "./namespaces.ts";
import { flag, integer, readParameters, text, texts, visibility } from "./parameters.ts";
import { listProjects } from "./project-list.ts";
import { changeSettings, settingParameters } from "./project-settings.ts";
import { fullProject, permissions } from "./project-view.ts";
import { accessLevels } from "./state.ts";

const common = {
  ...settingParameters,
  name: text.optional(),
  path: text.optional(),
  description: z.string().nullish(),
  visibility: visibility.optional(),
  topics: texts.optional(),
  tag_list: texts.optional(),
  default_branch: text.optional(),
  public_jobs: flag.optional(),
  public_builds: flag.optional(),
};
const creation = z.object({
  ...common,
  namespace_id: integer.optional(),
  initialize_with_readme: flag.optional(),
});
const change = z.object(common);
const deletion = z.object({ permanently_remove: flag.optional(), full_path: z.string().optional() });

const levels = ["private", "internal", "public"] as const;

/** Lists of projects, and new ones: https://docs.gitlab.com/api/projects/ */
export const projectsEndpoints: readonly GeneralEndpoint[] = [
  { method: "GET", path: "/projects", run: (call) => listProjects(call) },
  { method: "POST", path: "/projects", run: createProject },
];

/** A project itself. */
export const projectEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "",
    role: "everybody",
    run: async (call) => ok({ ...(await fullProject(call, call)), ...permissions(call, call) }),
  },
  { method: "PUT", below: "", role: accessLevels.maintainer, run: changeProject },
  { method: "DELETE", below: "", role: accessLevels.owner, run: deleteProject },
  {
    method: "POST",
    below: "/archive",
    role: accessLevels.owner,
    run: (call) => archive(call, true),
  },
  {
    method: "POST",
    below: "/unarchive",
    role: accessLevels.owner,
    run: (call) => archive(call, false),
  },
  {
    method: "POST",
    below: "/restore",
    role: accessLevels.owner,
    run: async (call) => {
      await call.projects.restore(call);
      return created(await fullProject(call, call));
    },
  },
];

async function createProject(call: SignedInCall): Promise<Answer> {
  const wanted = readParameters(creation, call);
  const { caller } = call;
  if (wanted.name === undefined && wanted.path === undefined)
    throw badParameters("name, path are missing, at least one parameter must be provided");
  if (caller.user.bot !== undefined) throw forbidden();
  const namespace = call.namespaces.find(String(wanted.namespace_id ?? caller.user.namespaceId));
  if (namespace === undefined) throw notFound("Namespace");
  if (!mayCreate(namespace, caller)) throw forbidden();
  const seen = wanted.visibility ?? "private";
  checkVisibility(namespace, seen);
  const { name = wanted.path ?? "", path = slug(name) } = wanted;
  const it = await call.projects.create({
    namespace,
    name,
    path,
    description: wanted.description ?? null,
    visibility: seen,
    topics: [...new Set(wanted.topics ?? wanted.tag_list ?? [])],
    settings: settingsOf(wanted, {}),
    // Without a first commit there is no branch that it could name.
    defaultBranch: wanted.initialize_with_readme === true ? wanted.default_branch : undefined,
    creatorId: caller.user.id,
  });
  if (wanted.initialize_with_readme === true) await commitReadme({ ...call, ...it }, name);
  return created(await fullProject(call, it));
}

async function commitReadme(
  { caller, repositories, repository, urls }: ProjectCall,
  name: string,
): Promise<void> {
  const content = `# ${name}\n${repository.description === null ? "" : `\n${repository.description}\n`}`;
  const author = {
    name: caller?.user.name ?? "",
    email: `${caller?.user.username ?? ""}@${urls.host}`,
    date: timestamp(),
  };
  await repositories.observe(repository);
  const path = repositories.path(repository);
  await commitFirst(path, repository.defaultBranch, { "README.md": content }, "Initial commit", author);
  await repositories.settle(repository);
}

async function changeProject(call: ProjectCall): Promise<Answer> {
  const wanted = readParameters(change, call);
  const { namespaces, projects, repositories, repository, store } = call;
  if (Object.keys(wanted).length === 0) {
    const names = Object.keys(common).sort().join(", ");
    throw badParameters(`${names} are missing, at least one parameter must be provided`);
  }
  const namespace = namespaces.find(repository.owner);
  if (wanted.visibility !== undefined && namespace !== undefined)
    checkVisibility(namespace, wanted.visibility);
  const branch = wanted.default_branch;
  const folder = repositories.path(repository);
  if (branch !== undefined && branch !== repository.defaultBranch) {
    if ((await findRef(folder, `refs/heads/${branch}`)) === undefined)
      throw invalid({ base: [`Could not change HEAD: branch '${branch}' does not exist`] });
  }
  if (wanted.name !== undefined || wanted.path !== undefined) await projects.rename(call, wanted);
  if (branch !== undefined) await repositories.setDefaultBranch(repository, branch);
  const topics = wanted.topics ?? wanted.tag_list;
  Object.assign(repository, {
    settings: settingsOf(wanted, repository.settings),
    ...(wanted.visibility && { visibility: wanted.visibility }),
    ...(wanted.description !== undefined && { description: wanted.description }),
    ...(topics && { topics: [...new Set(topics)] }),
    updatedAt: timestamp(),
  });
  await store.save();
  return ok(await fullProject(call, call));
}

/** Marks the project for deletion; a second time, and with its full path, deletes it at once. */
async function deleteProject(call: ProjectCall): Promise<Answer> {
  const { permanently_remove: atOnce, full_path: fullPath } = readParameters(deletion, call);
  const { project, projects, repository } = call;
  if (atOnce !== true) {
    await projects.markForDeletion(call);
    return accepted;
  }
  if (project.markedForDeletionOn === null) throw refused(400, "Project must be marked for deletion first.");
  if (fullPath !== `${repository.owner}/${repository.name}`)
    throw refused(400, "`full_path` is incorrect. You must enter the complete path for the project.");
  await projects.remove(call);
  return accepted;
}

async function archive(call: ProjectCall, archived: boolean): Promise<Answer> {
  call.repository.archived = archived;
  await call.store.save();
  return created(await fullProject(call, call));
}

/** Settings, and the one that has two names. */
function settingsOf(
  wanted: z.output<typeof change>,
  before: ProjectCall["repository"]["settings"],
): ProjectCall["repository"]["settings"] {
  const publicJobs = wanted.public_jobs ?? wanted.public_builds;
  return { ...changeSettings(wanted, before), ...(publicJobs !== undefined && { public_jobs: publicJobs }) };
}

/** The least role that makes projects in a group, by its setting; nobody, or administrators only, is above all roles. */
const creators = {
  noone: Number.POSITIVE_INFINITY,
  administrator: accessLevels.admin,
  owner: accessLevels.owner,
  maintainer: accessLevels.maintainer,
  developer: accessLevels.developer,
};

function mayCreate(namespace: Namespace, { user }: Caller): boolean {
  if (namespace.kind === "user") return namespace.user.id === user.id;
  const role = user.roles === undefined ? accessLevels.admin : groupRole(namespace.fullPath, user);
  return role >= creators[namespace.group.projectCreation ?? "developer"];
}

/** A project is seen by no more people than its group. */
function checkVisibility(namespace: Namespace, wanted: (typeof levels)[number]): void {
  if (namespace.kind !== "group") return;
  const { visibility: most } = namespace.group;
  if (levels.indexOf(wanted) <= levels.indexOf(most)) return;
  throw invalid({ visibility_level: [`${wanted} is not allowed in a ${most} group.`] });
}

/** A path made of a name. */
function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}
