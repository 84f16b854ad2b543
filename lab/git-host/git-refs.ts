/** Branches and tags of a bare repository. */
import { GitFailure, git, gitText } from "./git-command.ts";

/** The object id of nothing: a ref that is made or deleted has it on one side. */
export const noObject = "0".repeat(40);

/** A ref with the object that it names. */
export interface Ref {
  /** Full name, such as `refs/heads/main`. */
  readonly name: string;
  readonly sha: string;
  readonly type: string;
}

/** What became of a ref. */
export interface RefChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The refs below a prefix, in the order of their names.
 *
 * @param prefix whole path components, such as `refs/heads`; all refs, unless given
 */
export async function listRefs(repository: string, prefix = "refs"): Promise<Ref[]> {
  const text = await gitText(repository, [
    "for-each-ref",
    "--format=%(refname)%00%(objectname)%00%(objecttype)",
    prefix,
  ]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", sha = "", type = ""] = line.split("\0");
      return { name, sha, type };
    });
}

/** The ref of exactly this full name. */
export async function findRef(repository: string, name: string): Promise<Ref | undefined> {
  if (!(await isRefName(repository, name))) return undefined;
  return (await listRefs(repository, name)).find((ref) => ref.name === name);
}

/** Whether git takes it as a full name of a ref. */
export async function isRefName(repository: string, name: string): Promise<boolean> {
  if (!name.startsWith("refs/")) return false;
  return succeeds(repository, ["check-ref-format", name]);
}

/** Whether the repository has the object. */
export async function hasObject(repository: string, sha: string): Promise<boolean> {
  return /^[0-9a-f]{40}$/.test(sha) && (await succeeds(repository, ["cat-file", "-e", sha]));
}

/** Whether `ancestor` is in the history of `descendant`. */
export async function isAncestor(repository: string, ancestor: string, descendant: string): Promise<boolean> {
  return succeeds(repository, ["merge-base", "--is-ancestor", ancestor, descendant]);
}

/**
 * Sets a ref, if it still is what it was.
 *
 * @param after the new object, or `noObject` to delete the ref
 * @param before the object that it has now, or `noObject` if it must not exist
 */
export async function setRef(repository: string, name: string, after: string, before: string): Promise<void> {
  const args = after === noObject ? ["update-ref", "-d", name, before] : ["update-ref", name, after, before];
  await git(repository, args);
}

/** Points HEAD at a branch, which need not exist yet. */
export async function setHead(repository: string, branch: string): Promise<void> {
  await git(repository, ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
}

/** What differs between two lists of refs. */
export function refChanges(before: readonly Ref[], after: readonly Ref[]): RefChange[] {
  const old = new Map(before.map((ref) => [ref.name, ref.sha]));
  const now = new Map(after.map((ref) => [ref.name, ref.sha]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((name) => ({ name, before: old.get(name) ?? noObject, after: now.get(name) ?? noObject }))
    .filter((change) => change.before !== change.after);
}

async function succeeds(repository: string, args: readonly string[]): Promise<boolean> {
  try {
    await git(repository, args);
    return true;
  } catch (error) {
    if (error instanceof GitFailure) return false;
    throw error;
  }
}
