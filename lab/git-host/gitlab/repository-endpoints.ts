import { createHash } from "node:crypto";
import type { BranchSchema, RepositoryFileExpandedSchema, RepositoryTreeSchema } from "@gitbeaker/rest";
import { z } from "zod";
import {
  type TreeEntry,
  listCommits,
  listFolder,
  readBlob,
  readCommit,
  readEntry,
  resolveCommit,
} from "../git-objects.ts";
import { type Ref, findRef, listRefs } from "../git-refs.ts";
import { roleIn } from "./caller.ts";
import { showCommit } from "./commit-view.ts";
import { type Answer, type ProjectCall, type ProjectEndpoint, ok } from "./endpoint.ts";
import { forbidden, notFound } from "./gitlab-error.ts";
import { paginate } from "./pagination.ts";
import { flag, readParameters, text } from "./parameters.ts";
import { branchMatches, mayPush } from "./push-rules.ts";
import type { Shown } from "./shown.ts";
import { accessLevels } from "./state.ts";

const scopes = ["api", "read_api", "read_repository"];
const branchSearch = z.object({ search: z.string().optional() });
const history = z.object({ ref_name: text.optional(), path: text.optional(), per_page: text.optional() });
const tree = z.object({ ref: text.optional(), path: text.optional(), recursive: flag.optional() });
const file = z.object({ ref: text.optional() });

/** Commits that a list looks back at most. */
const longestHistory = 1000;

function reading(below: string, run: ProjectEndpoint["run"]): ProjectEndpoint {
  return {
    method: "GET",
    below,
    role: "everybody",
    scopes,
    run: (call) => {
      // Guests see a private project, and not its code.
      const role = roleIn(call.repository, call.caller?.user);
      if (call.repository.visibility === "private" && role < accessLevels.reporter) throw forbidden();
      return run(call);
    },
  };
}

/** What is in a repository, to be read: https://docs.gitlab.com/api/repositories/ */
export const repositoryEndpoints: readonly ProjectEndpoint[] = [
  reading("/repository/branches", async (call) => {
    const { search = "" } = readParameters(branchSearch, call);
    const all = await listRefs(folder(call), "refs/heads");
    const page = paginate(
      call,
      all.filter((ref) => branchName(ref).includes(search)),
    );
    return ok(await Promise.all(page.items.map((ref) => showBranch(call, ref))), page.headers);
  }),
  reading("/repository/branches/:branch", async (call) => {
    const ref = await findRef(folder(call), `refs/heads/${call.params["branch"] ?? ""}`);
    if (ref === undefined) throw notFound("Branch");
    return ok(await showBranch(call, ref));
  }),
  reading("/repository/commits", async (call) => {
    const { ref_name: ref = call.repository.defaultBranch, path } = readParameters(history, call);
    const sha = await resolveCommit(folder(call), ref);
    // A branch that is not there has no commits.
    if (sha === undefined) return ok([]);
    const all = await listCommits(folder(call), sha, {
      skip: 0,
      count: longestHistory,
      ...(path !== undefined && { path }),
    });
    const { items, headers } = paginate(call, all);
    // GitLab does not count commits.
    const uncounted = Object.entries(headers).filter(([name]) => !name.startsWith("x-total"));
    return ok(
      items.map((commit) => showCommit(call, commit)),
      Object.fromEntries(uncounted),
    );
  }),
  reading("/repository/commits/:sha", async (call) => {
    const sha = await resolveCommit(folder(call), call.params["sha"] ?? "");
    const commit = sha && (await readCommit(folder(call), sha));
    if (commit === undefined || commit === "") throw notFound("Commit");
    return ok({
      ...showCommit(call, commit),
      status: null,
      project_id: call.project.id,
      last_pipeline: null,
    });
  }),
  reading("/repository/tree", async (call) => {
    const { ref = call.repository.defaultBranch, path = "", recursive = false } = readParameters(tree, call);
    const commit = await resolveCommit(folder(call), ref);
    if (commit === undefined) throw notFound("Tree");
    const entries = await listFolder(folder(call), commit, path.replace(/\/+$/, ""), recursive);
    if (entries.length === 0 && path !== "") throw notFound("invalid revision or path");
    const page = paginate(call, entries);
    return ok(page.items.map(showEntry), page.headers);
  }),
  reading("/repository/files/:file_path", async (call) => {
    const { entry, commit, ref } = await findFile(call);
    const content = await readBlob(folder(call), entry.sha);
    const [last] = await listCommits(folder(call), commit, { skip: 0, count: 1, path: entry.path });
    return ok({
      file_name: entry.path.split("/").at(-1) ?? "",
      file_path: entry.path,
      size: content.length,
      encoding: "base64",
      content_sha256: createHash("sha256").update(content).digest("hex"),
      ref,
      blob_id: entry.sha,
      commit_id: commit,
      last_commit_id: last?.sha ?? commit,
      execute_filemode: entry.mode === "100755",
      content: content.toString("base64"),
    } satisfies Shown<RepositoryFileExpandedSchema>);
  }),
  reading("/repository/files/:file_path/raw", async (call): Promise<Answer> => {
    const { entry } = await findFile(call);
    return { status: 200, body: await readBlob(folder(call), entry.sha) };
  }),
];

function folder({ repositories, repository }: ProjectCall): string {
  return repositories.path(repository);
}

function branchName(ref: Ref): string {
  return ref.name.slice("refs/heads/".length);
}

async function findFile(call: ProjectCall): Promise<{ entry: TreeEntry; commit: string; ref: string }> {
  const { ref = "HEAD" } = readParameters(file, call);
  const name = ref === "HEAD" ? call.repository.defaultBranch : ref;
  const commit = await resolveCommit(folder(call), name);
  if (commit === undefined) throw notFound("Commit");
  const entry = await readEntry(folder(call), commit, call.params["file_path"] ?? "");
  if (entry?.type !== "blob") throw notFound("File");
  return { entry, commit, ref };
}

async function showBranch(call: ProjectCall, ref: Ref) {
  const { caller, project, repository, urls } = call;
  const name = branchName(ref);
  const commit = await readCommit(folder(call), ref.sha);
  if (commit === undefined) throw new Error(`The branch ${name} names no commit.`);
  const rules = project.protectedBranches.filter((rule) => branchMatches(rule, name));
  const role = roleIn(repository, caller?.user);
  const developers = (kind: "push" | "merge"): boolean =>
    rules.some((rule) => rule[kind].some(({ accessLevel }) => accessLevel === accessLevels.developer));
  const pushes = rules.length === 0 || rules.some((rule) => mayPush(rule, { role, ownKeys: [] }));
  return {
    name,
    commit: showCommit(call, commit),
    merged: false,
    protected: rules.length > 0,
    developers_can_push: developers("push"),
    developers_can_merge: developers("merge"),
    can_push: role >= accessLevels.developer && pushes,
    default: name === repository.defaultBranch,
    web_url: urls.web(`/${repository.owner}/${repository.name}/-/tree/${name}`),
  } satisfies Shown<BranchSchema>;
}

function showEntry(entry: TreeEntry) {
  return {
    id: entry.sha,
    name: entry.path.split("/").at(-1) ?? "",
    type: entry.type,
    path: entry.path,
    mode: entry.mode,
  } satisfies Shown<RepositoryTreeSchema>;
}
