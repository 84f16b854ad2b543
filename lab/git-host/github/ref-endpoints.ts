/** Git's refs themselves. */
import { z } from "zod";
import {
  type Ref,
  type RefChange,
  findRef,
  hasObject,
  isAncestor,
  isRefName,
  listRefs,
  noObject,
  setRef,
} from "../git-refs.ts";
import {
  type Answer,
  type RepositoryCall,
  type RepositoryEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { readBody } from "./request-body.ts";
import { brokenRules } from "./rulesets.ts";
import { nodeId } from "./urls.ts";

const creation = z.object({ ref: z.string(), sha: z.string() });
const update = z.object({ sha: z.string(), force: z.boolean().optional() });

/** Refs by their full names without `refs/`. */
export const refEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/git/ref/*",
    docs: "git/refs#get-a-reference",
    access: "readers",
    run: async (call) => {
      await requireContent(call);
      const ref = await findRef(call.repositories.path(call.repository), refName(call));
      if (ref === undefined) throw notFound();
      return ok(showRef(call, ref));
    },
  },
  {
    method: "GET",
    below: "/git/matching-refs/*",
    docs: "git/refs#list-matching-references",
    access: "readers",
    run: async (call) => {
      const refs = await requireContent(call);
      return ok(refs.filter((ref) => ref.name.startsWith(refName(call))).map((ref) => showRef(call, ref)));
    },
  },
  {
    method: "POST",
    below: "/git/refs",
    docs: "git/refs#create-a-reference",
    access: "administrators",
    run: createRef,
  },
  {
    method: "PATCH",
    below: "/git/refs/*",
    docs: "git/refs#update-a-reference",
    access: "administrators",
    run: updateRef,
  },
  {
    method: "DELETE",
    below: "/git/refs/*",
    docs: "git/refs#delete-a-reference",
    access: "administrators",
    run: deleteRef,
  },
];

async function createRef(call: RepositoryCall): Promise<Answer> {
  const { ref: name, sha } = readBody(creation, call.body);
  await requireContent(call);
  const { repositories, repository } = call;
  const path = repositories.path(repository);
  if (!/^refs\/[^/]+\/./.test(name) || !(await isRefName(path, name))) {
    throw new GitHubError(422, "Reference name must start with 'refs/' and contain at least two slashes.");
  }
  if (!(await hasObject(path, sha))) throw new GitHubError(422, "Object does not exist");
  if ((await findRef(path, name)) !== undefined) throw new GitHubError(422, "Reference already exists");
  const ref = await change(call, name, sha, noObject);
  return created(showRef(call, ref), refUrl(call, name));
}

async function updateRef(call: RepositoryCall): Promise<Answer> {
  const { sha, force } = readBody(update, call.body);
  const ref = await requireRef(call);
  const path = call.repositories.path(call.repository);
  if (!(await hasObject(path, sha))) throw new GitHubError(422, "Object does not exist");
  if (force !== true && !(await isAncestor(path, ref.sha, sha))) {
    throw new GitHubError(422, "Update is not a fast forward");
  }
  return ok(showRef(call, await change(call, ref.name, sha, ref.sha)));
}

async function deleteRef(call: RepositoryCall): Promise<Answer> {
  const ref = await requireRef(call);
  if (ref.name === `refs/heads/${call.repository.defaultBranch}`) {
    throw new GitHubError(422, "Cannot delete the default branch");
  }
  await change(call, ref.name, noObject, ref.sha);
  return noContent;
}

async function change(call: RepositoryCall, name: string, after: string, before: string): Promise<Ref> {
  const { repositories, repository } = call;
  const path = repositories.path(repository);
  await requireRulesKept(call, { name, before, after });
  await repositories.observe(repository);
  await setRef(path, name, after, before);
  await repositories.settle(repository);
  return (await findRef(path, name)) ?? { name, sha: after, type: "commit" };
}

/** @throws {GitHubError} 422 with every rule that the change would break */
async function requireRulesKept(
  { repositories, repository }: RepositoryCall,
  change: RefChange,
): Promise<void> {
  const { before, after } = change;
  const forced =
    before !== noObject &&
    after !== noObject &&
    !(await isAncestor(repositories.path(repository), before, after));
  const broken = brokenRules(repository, "administrator", { ...change, forced });
  if (broken.length > 0)
    throw new GitHubError(422, `Repository rule violations found\n\n${broken.join("\n\n")}\n\n`);
}

/** The ref that a change is about. */
async function requireRef(call: RepositoryCall): Promise<Ref> {
  const ref = await findRef(call.repositories.path(call.repository), refName(call));
  if (ref === undefined) throw new GitHubError(422, "Reference does not exist");
  return ref;
}

/** GitHub's database of Git objects answers nothing before there is a first commit. */
async function requireContent({ repositories, repository }: RepositoryCall): Promise<Ref[]> {
  const refs = await listRefs(repositories.path(repository));
  if (refs.length === 0) throw new GitHubError(409, "Git Repository is empty.");
  return refs;
}

function refName({ params }: RepositoryCall): string {
  return `refs/${params["*"] ?? ""}`;
}

function refUrl({ repository, urls }: RepositoryCall, name: string): string {
  return `${urls.repository(repository)}/git/${encodeURI(name)}`;
}

function showRef(call: RepositoryCall, ref: Ref): object {
  const objects = `${call.urls.repository(call.repository)}/git/${ref.type}s`;
  return {
    ref: ref.name,
    node_id: nodeId("Ref", `${call.repository.id}:${ref.name}`),
    url: refUrl(call, ref.name),
    object: { sha: ref.sha, type: ref.type, url: `${objects}/${ref.sha}` },
  };
}
