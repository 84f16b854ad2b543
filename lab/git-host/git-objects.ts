/** Commits, trees and files of a bare repository. */
import { GitFailure, git, gitText } from "./git-command.ts";

/** Somebody as a commit names them. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 in UTC. */
  readonly date: string;
}

/** One commit. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** One entry of a tree. */
export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  /** Bytes; 0 for what is no blob. */
  readonly size: number;
  /** Path from the root of the repository. */
  readonly path: string;
}

const commitFormat = ["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x00");

/** The sha of the commit that a branch, tag or (short) sha names; undefined when there is none. */
export async function resolveCommit(repository: string, name: string): Promise<string | undefined> {
  if (name === "" || /[\s^~:?*[\\@{]|\.\.|^-/.test(name)) return undefined;
  for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, name]) {
    const sha = await ifThere(
      gitText(repository, ["rev-parse", "--verify", "--quiet", `${candidate}^{commit}`]),
    );
    if (sha !== undefined) return sha.trim();
  }
  return undefined;
}

/** What to read of a history. */
export interface HistoryRange {
  readonly skip: number;
  readonly count: number;
  /** Only commits that change this path. */
  readonly path?: string;
}

/** Commits from one backwards, the newest first. */
export async function listCommits(repository: string, sha: string, range: HistoryRange): Promise<Commit[]> {
  const text = await gitText(repository, [
    "log",
    "-z",
    `--format=${commitFormat}`,
    `--skip=${range.skip}`,
    `--max-count=${range.count}`,
    sha,
    "--",
    ...(range.path === undefined ? [] : [`:(literal)${range.path}`]),
  ]);
  const fields = text.split("\0");
  const commits: Commit[] = [];
  for (let at = 0; at + 10 <= fields.length; at += 10) commits.push(parseCommit(fields.slice(at, at + 10)));
  return commits;
}

/** One commit. */
export async function readCommit(repository: string, sha: string): Promise<Commit | undefined> {
  return (await listCommits(repository, sha, { skip: 0, count: 1 }))[0];
}

/** What is at a path of a commit: the entry itself; the root is a tree with the path "". */
export async function readEntry(
  repository: string,
  commit: string,
  path: string,
): Promise<TreeEntry | undefined> {
  if (path === "") {
    const sha = (await gitText(repository, ["rev-parse", `${commit}^{tree}`])).trim();
    return { mode: "040000", type: "tree", sha, size: 0, path: "" };
  }
  return (await lsTree(repository, commit, path)).find((entry) => entry.path === path);
}

/**
 * The entries of the folder at a path of a commit.
 *
 * @param deep also those of the folders in it, and so on
 */
export async function listFolder(
  repository: string,
  commit: string,
  path: string,
  deep = false,
): Promise<TreeEntry[]> {
  const entries = await lsTree(repository, commit, path === "" ? "" : `${path}/`, deep ? ["-r", "-t"] : []);
  // Going down, git names the folders on the way as well.
  return entries.filter((entry) => path === "" || entry.path.startsWith(`${path}/`));
}

/** The content of a blob. */
export async function readBlob(repository: string, sha: string): Promise<Buffer> {
  return git(repository, ["cat-file", "blob", sha]);
}

/**
 * Makes the first commit of a branch.
 *
 * @param files content by path, in the root folder
 */
export async function commitFirst(
  repository: string,
  branch: string,
  files: Readonly<Record<string, string>>,
  message: string,
  author: Signature,
): Promise<void> {
  const lines: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const sha = (await gitText(repository, ["hash-object", "-w", "--stdin"], { input: content })).trim();
    lines.push(`100644 blob ${sha}\t${name}\n`);
  }
  const tree = (await gitText(repository, ["mktree"], { input: lines.join("") })).trim();
  const commit = await gitText(repository, ["commit-tree", tree, "-m", message], {
    env: {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: author.date,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      GIT_COMMITTER_DATE: author.date,
    },
  });
  await git(repository, ["update-ref", `refs/heads/${branch}`, commit.trim(), ""]);
}

async function lsTree(
  repository: string,
  commit: string,
  path: string,
  options: readonly string[] = [],
): Promise<TreeEntry[]> {
  const args = [
    "ls-tree",
    "-z",
    "--long",
    "--full-tree",
    ...options,
    commit,
    ...(path === "" ? [] : ["--", path]),
  ];
  const text = await ifThere(gitText(repository, args, { env: { GIT_LITERAL_PATHSPECS: "1" } }));
  return (text ?? "").split("\0").flatMap((line) => {
    const [, mode = "", type = "", sha = "", size = "", name = ""] =
      /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
    return mode === ""
      ? []
      : [{ mode, type: type as TreeEntry["type"], sha, size: Number(size) || 0, path: name }];
  });
}

function parseCommit(fields: readonly string[]): Commit {
  const [sha = "", tree = "", parents = "", ...rest] = fields;
  const [
    name = "",
    email = "",
    date = "",
    committerName = "",
    committerEmail = "",
    committed = "",
    body = "",
  ] = rest;
  return {
    sha,
    tree,
    parents: parents.split(" ").filter((parent) => parent !== ""),
    author: { name, email, date: utc(date) },
    committer: { name: committerName, email: committerEmail, date: utc(committed) },
    message: body.trimEnd(),
  };
}

function utc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}
