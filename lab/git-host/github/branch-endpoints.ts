import { z } from "zod";
import { readCommit } from "../git-objects.ts";
import { type Ref, findRef, isRefName, listRefs, noObject, setRef } from "../git-refs.ts";
import { showCommit } from "./commit-view.ts";
import { type Answer, type RepositoryCall, type RepositoryEndpoint, created, ok } from "./endpoint.ts";
import { notFound, validationFailed } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";

const headPrefix = "refs/heads/";
const renaming = z.object({ new_name: z.string() });

/** The branches of a repository. A branch's name may hold slashes, encoded or not. */
export const branchEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/branches",
    docs: "branches/branches#list-branches",
    access: "readers",
    run: async (call) => {
      const all = await listRefs(call.repositories.path(call.repository), "refs/heads");
      // Nothing is protected here.
      const page = paginate(call, call.query.get("protected") === "true" ? [] : all);
      return ok(
        page.items.map((ref) => ({ name: branchName(ref), commit: commitLink(call, ref), protected: false })),
        page.headers,
      );
    },
  },
  {
    method: "GET",
    below: "/branches/*",
    docs: "branches/branches#get-a-branch",
    access: "readers",
    run: async (call) => {
      const name = call.params["*"] ?? "";
      return ok(await showBranch(call, await findBranch(call, name)));
    },
  },
  {
    method: "POST",
    below: "/branches/*",
    docs: "branches/branches#rename-a-branch",
    access: "administrators",
    run: renameBranch,
  },
];

async function renameBranch(call: RepositoryCall): Promise<Answer> {
  const [, name] = /^(.+)\/rename$/.exec(call.params["*"] ?? "") ?? [];
  if (name === undefined) throw notFound();
  const { repositories, repository } = call;
  const branch = await findBranch(call, name);
  const { new_name: wanted } = readBody(renaming, call.body);
  const path = repositories.path(repository);
  const target = `${headPrefix}${wanted}`;
  if (!(await isRefName(path, target)))
    throw validationFailed("Branch", "new_name", "New branch name is invalid");
  if ((await findRef(path, target)) !== undefined) {
    throw validationFailed("Branch", "new_name", "New branch already exists");
  }
  await repositories.observe(repository);
  await setRef(path, target, branch.sha, noObject);
  if (name === repository.defaultBranch) await repositories.setDefaultBranch(repository, wanted);
  await setRef(path, branch.name, noObject, branch.sha);
  await repositories.settle(repository);
  return created(await showBranch(call, { ...branch, name: target }));
}

async function findBranch({ repositories, repository }: RepositoryCall, name: string): Promise<Ref> {
  const branch = await findRef(repositories.path(repository), `${headPrefix}${name}`);
  if (branch === undefined) throw notFound("Branch not found");
  return branch;
}

async function showBranch(call: RepositoryCall, ref: Ref): Promise<object> {
  const { repositories, repository, urls } = call;
  const commit = await readCommit(repositories.path(repository), ref.sha);
  const name = branchName(ref);
  const url = `${urls.repository(repository)}/branches/${encodeURI(name)}`;
  return {
    name,
    commit: commit && showCommit(call, commit),
    _links: { self: url, html: urls.web(`/${repository.owner}/${repository.name}/tree/${encodeURI(name)}`) },
    protected: false,
    protection: {
      enabled: false,
      required_status_checks: { enforcement_level: "off", contexts: [], checks: [] },
    },
    protection_url: `${url}/protection`,
  };
}

function commitLink({ repository, urls }: RepositoryCall, ref: Ref): object {
  return { sha: ref.sha, url: `${urls.repository(repository)}/commits/${ref.sha}` };
}

function branchName(ref: Ref): string {
  return ref.name.slice(headPrefix.length);
}
