import type { CommitSchema } from "@gitbeaker/rest";
import type { Commit } from "../git-objects.ts";
import type { ProjectCall } from "./endpoint.ts";
import type { Shown } from "./shown.ts";
import { shownTime } from "./time.ts";

/** A commit. */
export function showCommit({ repository, urls }: Pick<ProjectCall, "repository" | "urls">, commit: Commit) {
  return {
    id: commit.sha,
    short_id: commit.sha.slice(0, 8),
    created_at: shownTime(commit.committer.date),
    parent_ids: [...commit.parents],
    title: commit.message.split("\n", 1)[0] ?? "",
    message: `${commit.message}\n`,
    author_name: commit.author.name,
    author_email: commit.author.email,
    authored_date: shownTime(commit.author.date),
    committer_name: commit.committer.name,
    committer_email: commit.committer.email,
    committed_date: shownTime(commit.committer.date),
    trailers: {},
    extended_trailers: {},
    web_url: urls.web(`/${repository.owner}/${repository.name}/-/commit/${commit.sha}`),
  } satisfies Shown<CommitSchema>;
}
