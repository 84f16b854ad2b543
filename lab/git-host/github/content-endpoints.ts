/** Files and folders, to be read. */
import { type TreeEntry, listFolder, readBlob, readEntry, resolveCommit } from "../git-objects.ts";
import { listRefs } from "../git-refs.ts";
import { type Answer, type RepositoryCall, type RepositoryEndpoint, ok } from "./endpoint.ts";
import { notFound } from "./github-error.ts";

const docs = "repos/contents#get-repository-content";

/** What is in a commit's tree. */
export const contentEndpoints: readonly RepositoryEndpoint[] = [
  { method: "GET", below: "/contents", docs, access: "readers", run: getContent },
  { method: "GET", below: "/contents/*", docs, access: "readers", run: getContent },
];

async function getContent(call: RepositoryCall): Promise<Answer> {
  const { headers, params, query, repositories, repository } = call;
  const repositoryPath = repositories.path(repository);
  const ref = query.get("ref") ?? "";
  const commit = await resolveCommit(repositoryPath, ref === "" ? repository.defaultBranch : ref);
  if (commit === undefined) {
    if ((await listRefs(repositoryPath)).length === 0) throw notFound("This repository is empty.");
    throw notFound(`No commit found for the ref ${ref}`);
  }
  const path = (params["*"] ?? "").replace(/\/+$/, "");
  const entry = await readEntry(repositoryPath, commit, path);
  if (entry === undefined) throw notFound();
  if (entry.type === "tree") {
    const entries = await listFolder(repositoryPath, commit, path);
    return ok(entries.map((child) => showEntry(call, child, ref)));
  }
  if (entry.type === "commit") return ok({ ...showEntry(call, entry, ref), submodule_git_url: null });
  const content = await readBlob(repositoryPath, entry.sha);
  if (/\bapplication\/vnd\.github\.(v3\.)?raw\b/.test(headers.accept ?? "")) {
    return {
      status: 200,
      body: content,
      headers: { "content-type": "application/vnd.github.raw; charset=utf-8" },
    };
  }
  if (isLink(entry)) return ok({ ...showEntry(call, entry, ref), target: content.toString("utf8") });
  // GitHub breaks the base64 after 60 characters.
  const encoded = content.toString("base64").replaceAll(/.{1,60}/g, "$&\n");
  return ok({ ...showEntry(call, entry, ref), content: encoded, encoding: "base64" });
}

function showEntry({ repository, urls }: RepositoryCall, entry: TreeEntry, ref: string): object {
  const query = `?${new URLSearchParams({ ref: ref === "" ? repository.defaultBranch : ref }).toString()}`;
  const path = encodeURI(entry.path);
  const url = `${urls.repository(repository)}/contents/${path}${query}`;
  const type =
    entry.type === "tree"
      ? "dir"
      : entry.type === "commit"
        ? "submodule"
        : isLink(entry)
          ? "symlink"
          : "file";
  const objects = entry.type === "tree" ? "trees" : "blobs";
  const gitUrl = `${urls.repository(repository)}/git/${objects}/${entry.sha}`;
  const htmlUrl = urls.web(
    `/${repository.owner}/${repository.name}/${entry.type === "tree" ? "tree" : "blob"}/${ref === "" ? repository.defaultBranch : ref}/${path}`,
  );
  return {
    name: entry.path.split("/").at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url: htmlUrl,
    git_url: gitUrl,
    // Nothing serves raw files here; the media type application/vnd.github.raw does.
    download_url: null,
    type,
    _links: { self: url, git: gitUrl, html: htmlUrl },
  };
}

function isLink(entry: TreeEntry): boolean {
  return entry.mode === "120000";
}
