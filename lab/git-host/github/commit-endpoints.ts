import { z } from "zod";
import { listCommits, readCommit, resolveCommit } from "../git-objects.ts";
import { listRefs } from "../git-refs.ts";
import { gitText } from "../git-command.ts";
import { type CommitStatus, timestamp } from "../store.ts";
import { showCommit } from "./commit-view.ts";
import { combineStatuses, showStatus } from "./commit-status-view.ts";
import { type Answer, type RepositoryCall, type RepositoryEndpoint, created, ok } from "./endpoint.ts";
import { GitHubError, validationFailed } from "./github-error.ts";
import { linkHeader, pageRequest, paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";

const statusBody = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  target_url: z.string().nullish(),
  description: z.string().nullish(),
  context: z.string().optional(),
});

/** Most statuses of one commit and context, as on GitHub. */
const mostStatuses = 1000;

/** Commits, and what is said of them. */
export const commitEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/commits",
    docs: "commits/commits#list-commits",
    access: "readers",
    run: listHistory,
  },
  {
    method: "GET",
    below: "/commits/*",
    docs: "commits/commits#get-a-commit",
    access: "readers",
    run: getCommit,
  },
  {
    method: "POST",
    below: "/statuses/:sha",
    docs: "commits/statuses#create-a-commit-status",
    access: "administrators",
    run: createStatus,
  },
];

async function listHistory(call: RepositoryCall): Promise<Answer> {
  const { query, repositories, repository } = call;
  const repositoryPath = repositories.path(repository);
  if ((await listRefs(repositoryPath)).length === 0) throw new GitHubError(409, "Git Repository is empty.");
  const from = query.get("sha") ?? repository.defaultBranch;
  const sha = await resolveCommit(repositoryPath, from);
  if (sha === undefined) throw new GitHubError(404, "Not Found");
  const request = pageRequest(query);
  const path = query.get("path") ?? undefined;
  const pathspec = path === undefined || path === "" ? [] : ["--", `:(literal)${path}`];
  const total = Number((await gitText(repositoryPath, ["rev-list", "--count", sha, ...pathspec])).trim());
  const commits = await listCommits(repositoryPath, sha, {
    skip: (request.page - 1) * request.perPage,
    count: request.perPage,
    ...(pathspec.length > 0 && path !== undefined && { path }),
  });
  return ok(
    commits.map((commit) => showCommit(call, commit)),
    linkHeader(call, request, Math.max(1, Math.ceil(total / request.perPage))),
  );
}

async function getCommit(call: RepositoryCall): Promise<Answer> {
  const { params, repositories, repository } = call;
  const [, name = "", part] = /^(.+?)(?:\/(status|statuses))?$/.exec(params["*"] ?? "") ?? [];
  const repositoryPath = repositories.path(repository);
  const sha = await resolveCommit(repositoryPath, name);
  const commit = sha === undefined ? undefined : await readCommit(repositoryPath, sha);
  if (commit === undefined) {
    if ((await listRefs(repositoryPath)).length === 0) throw new GitHubError(409, "Git Repository is empty.");
    throw new GitHubError(422, `No commit found for SHA: ${name}`);
  }
  if (part === "statuses") {
    const page = paginate(call, statusesOf(call, commit.sha));
    return ok(
      page.items.map((status) => showStatus(call, status)),
      page.headers,
    );
  }
  if (part === "status") return ok(combineStatuses(call, commit.sha, statusesOf(call, commit.sha)));
  if (/\bapplication\/vnd\.github\.(v3\.)?sha\b/.test(call.headers.accept ?? "")) {
    return {
      status: 200,
      body: commit.sha,
      headers: { "content-type": "application/vnd.github.sha; charset=utf-8" },
    };
  }
  return ok(showCommit(call, commit));
}

async function createStatus(call: RepositoryCall): Promise<Answer> {
  const { body, params, repositories, repository, store, urls } = call;
  const fields = readBody(statusBody, body);
  const sha = await resolveCommit(repositories.path(repository), params["sha"] ?? "");
  if (sha === undefined) throw new GitHubError(422, `No commit found for SHA: ${params["sha"] ?? ""}`);
  const context = fields.context ?? "default";
  const earlier = repository.statuses.filter((status) => status.sha === sha && status.context === context);
  if (earlier.length >= mostStatuses) {
    throw validationFailed(
      "Status",
      "base",
      "This SHA and context has reached the maximum number of statuses.",
    );
  }
  const status: CommitStatus = {
    id: store.newId(),
    sha,
    state: fields.state,
    context,
    description: fields.description ?? null,
    targetUrl: fields.target_url ?? null,
    createdAt: timestamp(),
  };
  repository.statuses.push(status);
  await store.save();
  return created(showStatus(call, status), `${urls.repository(repository)}/statuses/${sha}`);
}

/** The newest first. */
function statusesOf({ repository }: RepositoryCall, sha: string): CommitStatus[] {
  return repository.statuses.filter((status) => status.sha === sha).reverse();
}
