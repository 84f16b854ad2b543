import { z } from "zod";
import { commitFirst } from "../git-objects.ts";
import { findRef, listRefs } from "../git-refs.ts";
import { Problem } from "../problem.ts";
import { type Repository, type Visibility, timestamp } from "../store.ts";
import { settingsOf } from "./account-settings.ts";
import type { Account } from "./accounts.ts";
import {
  type Answer,
  type Call,
  type GeneralEndpoint,
  type RepositoryCall,
  type RepositoryEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { GitHubError, notFound, validationFailed } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { type CommonFields, commonFields, readSettings } from "./repository-settings.ts";
import { fullRepository, minimalRepository } from "./repository-view.ts";
import { readBody } from "./request-body.ts";

const creation = z.object({ ...commonFields, name: z.string(), auto_init: z.boolean().optional() });
const change = z.object({
  ...commonFields,
  name: z.string().optional(),
  default_branch: z.string().optional(),
  archived: z.boolean().optional(),
});

/** Lists of repositories, and new ones. */
export const repositoriesEndpoints: readonly GeneralEndpoint[] = [
  {
    method: "POST",
    path: "/orgs/:org/repos",
    docs: "repos/repos#create-an-organization-repository",
    access: "signed-in",
    run: (call) => createRepository(call, organization(call)),
  },
  {
    method: "POST",
    path: "/user/repos",
    docs: "repos/repos#create-a-repository-for-the-authenticated-user",
    access: "signed-in",
    run: (call) => createRepository(call, call.accounts.administrator),
  },
  {
    method: "GET",
    path: "/orgs/:org/repos",
    docs: "repos/repos#list-organization-repositories",
    run: (call) => listRepositories(call, organization(call)),
  },
  {
    method: "GET",
    path: "/users/:username/repos",
    docs: "repos/repos#list-repositories-for-a-user",
    run: (call) => {
      const account = call.accounts.find(call.params["username"] ?? "");
      if (account === undefined) throw notFound();
      return listRepositories(call, account);
    },
  },
  {
    method: "GET",
    path: "/user/repos",
    docs: "repos/repos#list-repositories-for-the-authenticated-user",
    access: "signed-in",
    run: (call) => listRepositories(call),
  },
];

/** A repository itself. */
export const repositoryEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "",
    docs: "repos/repos#get-a-repository",
    access: "readers",
    run: (call) => ok(fullRepository(call.repository, call)),
  },
  {
    method: "PATCH",
    below: "",
    docs: "repos/repos#update-a-repository",
    access: "administrators",
    whenArchived: true,
    run: changeRepository,
  },
  {
    method: "DELETE",
    below: "",
    docs: "repos/repos#delete-a-repository",
    access: "administrators",
    whenArchived: true,
    run: async ({ repositories, repository }) => {
      await repositories.remove(repository);
      return noContent;
    },
  },
];

function organization({ accounts, params }: Call): Account {
  const account = accounts.find(params["org"] ?? "");
  if (account?.type !== "Organization") throw notFound();
  return account;
}

function listRepositories(call: Call, account?: Account): Answer {
  const visible = call.repositories
    .list(account?.login)
    .filter((repository) => call.identity === "administrator" || repository.visibility === "public");
  const page = paginate(call, visible);
  return ok(
    page.items.map((repository) => minimalRepository(repository, call)),
    page.headers,
  );
}

async function createRepository(call: Call, owner: Account): Promise<Answer> {
  const fields = readBody(creation, call.body);
  const settings = readSettings(fields, {});
  const visibility = readVisibility(fields, owner) ?? "public";
  checkMayMake(call, owner, visibility);
  const { repositories, urls } = call;
  let repository: Repository;
  try {
    repository = await repositories.create({
      owner: owner.login,
      name: fields.name,
      description: fields.description ?? null,
      homepage: emptyToNull(fields.homepage),
      visibility,
      settings,
    });
  } catch (error) {
    throw nameError(error, "Repository creation failed.");
  }
  if (fields.auto_init === true) await commitReadme(call, repository);
  return created(fullRepository(repository, call), urls.repository(repository));
}

/** https://docs.github.com/organizations/managing-organization-settings/restricting-repository-creation-in-your-organization */
function checkMayMake({ store }: Call, owner: Account, visibility: Visibility): void {
  if (owner.type === "User") return;
  const { membersMake, role } = settingsOf(store, owner.login);
  if (role === "admin" || (role === "member" && membersMake[visibility])) return;
  throw new GitHubError(403, "You need admin access to the organization before adding a repository to it.");
}

async function commitReadme({ accounts, repositories }: Call, repository: Repository): Promise<void> {
  const { login } = accounts.administrator;
  const text = `# ${repository.name}\n${repository.description === null ? "" : `\n${repository.description}\n`}`;
  const author = { name: login, email: `${login}@users.noreply.127.0.0.1`, date: timestamp() };
  await repositories.observe(repository);
  const path = repositories.path(repository);
  await commitFirst(path, repository.defaultBranch, { "README.md": text }, "Initial commit", author);
  await repositories.settle(repository);
}

async function changeRepository(call: RepositoryCall): Promise<Answer> {
  const { accounts, repositories, repository, store } = call;
  const fields = readBody(change, call.body);
  if (repository.archived && fields.archived !== false) {
    throw new GitHubError(403, "Repository was archived so is read-only.");
  }
  const settings = readSettings(fields, repository.settings);
  const owner = accounts.find(repository.owner);
  const visibility = owner && readVisibility(fields, owner);
  const branch = fields.default_branch;
  if (branch !== undefined && branch !== repository.defaultBranch) await checkBranch(call, branch);
  if (fields.name !== undefined) {
    await repositories.rename(repository, fields.name).catch((error: unknown) => {
      throw nameError(error, "Validation Failed");
    });
  }
  if (branch !== undefined) await repositories.setDefaultBranch(repository, branch);
  Object.assign(repository, {
    settings,
    ...(visibility && { visibility }),
    ...(fields.description !== undefined && { description: fields.description }),
    ...(fields.homepage !== undefined && { homepage: emptyToNull(fields.homepage) }),
    ...(fields.archived !== undefined && { archived: fields.archived }),
    updatedAt: timestamp(),
  });
  await store.save();
  return ok(fullRepository(repository, call));
}

async function checkBranch({ repositories, repository }: RepositoryCall, branch: string): Promise<void> {
  const path = repositories.path(repository);
  if ((await listRefs(path, "refs/heads")).length === 0) {
    const text =
      "Cannot update default branch for an empty repository. Please init the repository and push first.";
    throw validationFailed("Repository", "default_branch", text);
  }
  if ((await findRef(path, `refs/heads/${branch}`)) === undefined) {
    const text = `The branch ${branch} was not found. Please push that ref first or create it via the Git Data API.`;
    throw new GitHubError(422, "Validation Failed", [
      { resource: "Repository", field: "default_branch", code: "invalid", message: text },
    ]);
  }
}

/** `visibility` counts more than `private`; undefined when neither is given. */
function readVisibility(fields: CommonFields, owner: Account): Visibility | undefined {
  if (fields.visibility === "internal" && owner.type === "User") {
    throw validationFailed(
      "Repository",
      "visibility",
      "Only organization-owned repositories can have internal visibility.",
    );
  }
  if (fields.visibility !== undefined) return fields.visibility;
  if (fields.private === undefined) return undefined;
  return fields.private ? "private" : "public";
}

function nameError(error: unknown, heading: string): unknown {
  if (!(error instanceof Problem)) return error;
  const text = error.kind === "taken" ? "name already exists on this account" : error.message;
  return validationFailed("Repository", "name", text, heading);
}

/** The provider writes "" for nothing, and an empty string is no address. */
function emptyToNull(text: string | null | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}
