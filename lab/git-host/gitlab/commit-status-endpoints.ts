import type { CommitStatusSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { gitText } from "../git-command.ts";
import { resolveCommit } from "../git-objects.ts";
import { type Answer, type ProjectCall, type ProjectEndpoint, callerOf, created, ok } from "./endpoint.ts";
import { notFound, refused } from "./gitlab-error.ts";
import { paginate } from "./pagination.ts";
import { flag, integer, readParameters, text } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type GitLabCommitStatus, accessLevels } from "./state.ts";
import { now } from "./time.ts";
import { showUser } from "./user-view.ts";

const states = ["pending", "running", "success", "failed", "canceled", "skipped"] as const;
const setting = z.object({
  state: z.enum(states),
  ref: text.optional(),
  name: text.optional(),
  context: text.optional(),
  target_url: text.optional(),
  description: text.optional(),
  coverage: z.coerce.number().optional(),
  pipeline_id: integer.optional(),
});
const listing = z.object({ ref: text.optional(), name: text.optional(), all: flag.optional() });

/** What a CI or a controller says of commits: https://docs.gitlab.com/api/commits/#commit-status */
export const commitStatusEndpoints: readonly ProjectEndpoint[] = [
  { method: "POST", below: "/statuses/:sha", role: accessLevels.developer, run: setStatus },
  {
    method: "GET",
    below: "/repository/commits/:sha/statuses",
    role: accessLevels.reporter,
    run: async (call) => {
      const wanted = readParameters(listing, call);
      const sha = await findCommit(call);
      const found = call.project.statuses.filter(
        (it) => it.sha === sha && (wanted.ref ?? it.ref) === it.ref && (wanted.name ?? it.name) === it.name,
      );
      const latest = found.filter(
        (it) => !found.some((other) => other.id > it.id && other.name === it.name && other.ref === it.ref),
      );
      const page = paginate(call, wanted.all === true ? found : latest);
      return ok(
        page.items.map((status) => showStatus(call, status)),
        page.headers,
      );
    },
  },
];

async function setStatus(call: ProjectCall): Promise<Answer> {
  const wanted = readParameters(setting, call);
  const { project, store } = call;
  const sha = await findCommit(call);
  const ref = wanted.ref?.replace(/^refs\/(heads|tags)\//, "") ?? (await branchWith(call, sha));
  const name = wanted.name ?? wanted.context ?? "default";
  const sameRef = project.statuses.filter((it) => it.sha === sha && it.ref === ref);
  const open = sameRef.find((it) => it.name === name && (it.status === "pending" || it.status === "running"));
  checkTransition(open, wanted.state);
  const status: GitLabCommitStatus = open ?? {
    id: store.newId(),
    sha,
    ref,
    name,
    pipelineId: wanted.pipeline_id ?? sameRef[0]?.pipelineId ?? store.newId(),
    createdAt: now(),
    authorId: callerOf(call).user.id,
    status: wanted.state,
    description: null,
    targetUrl: null,
    coverage: null,
    startedAt: null,
    finishedAt: null,
  };
  if (open === undefined) project.statuses.push(status);
  const running = wanted.state === "running" || wanted.state === "pending";
  Object.assign(status, {
    status: wanted.state,
    description: wanted.description ?? status.description,
    targetUrl: wanted.target_url ?? status.targetUrl,
    coverage: wanted.coverage ?? status.coverage,
    startedAt: wanted.state === "running" ? now() : status.startedAt,
    finishedAt: running ? null : now(),
  } satisfies Partial<GitLabCommitStatus>);
  await store.save();
  return created(showStatus(call, status));
}

/** A status that is open cannot be opened again, as GitLab's state machine has it; one that is closed is followed by another. */
function checkTransition(open: GitLabCommitStatus | undefined, wanted: (typeof states)[number]): void {
  const event = wanted === "pending" ? "enqueue" : wanted === "running" ? "run" : undefined;
  const possible = wanted === "running" && open?.status === "pending";
  if (open === undefined || event === undefined || possible) return;
  throw refused(
    400,
    `Cannot transition status via :${event} from :${open.status} (Reason(s): Status cannot transition via "${event}")`,
  );
}

async function findCommit({ params, repositories, repository }: ProjectCall): Promise<string> {
  const sha = await resolveCommit(repositories.path(repository), params["sha"] ?? "");
  if (sha === undefined) throw notFound("Commit");
  return sha;
}

async function branchWith({ repositories, repository }: ProjectCall, sha: string): Promise<string> {
  const names = await gitText(repositories.path(repository), [
    "for-each-ref",
    "--format=%(refname:lstrip=2)",
    `--contains=${sha}`,
    "refs/heads",
  ]);
  const all = names.split("\n").filter((name) => name !== "");
  const name = all.find((it) => it === repository.defaultBranch) ?? all[0];
  if (name === undefined) throw notFound("References for commit");
  return name;
}

function showStatus({ namespaces, urls }: ProjectCall, status: GitLabCommitStatus) {
  const author = namespaces.user(status.authorId);
  return {
    id: status.id,
    sha: status.sha,
    ref: status.ref,
    status: status.status as CommitStatusSchema["status"],
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: status.createdAt,
    started_at: status.startedAt,
    finished_at: status.finishedAt,
    allow_failure: false,
    coverage: status.coverage,
    pipeline_id: status.pipelineId,
    author: author === undefined ? null : { ...showUser(author, urls), avatar_url: "" },
  } satisfies Shown<CommitStatusSchema>;
}
