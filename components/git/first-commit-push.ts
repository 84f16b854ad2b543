/** Pushes the first commit of a repository with Git, in an environment of its own. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connectionBroke } from "../away.ts";
import { patiently, type Patience } from "../patience.ts";
import { GitError, gitIn, type Git } from "./first-commit-git.ts";
import { seedFiles, type SeedFile, type SeedHostKind, type SeedRole, type SeedValues } from "./seed-files.ts";

/** What to push, and where. */
export interface FirstCommitSeed {
  /** Whose form the files have, and how to log in. */
  readonly hostKind: SeedHostKind;
  /** The repository's HTTP address, without credentials. */
  readonly cloneUrl: string;
  /** The branch to make; it becomes the default branch of an empty repository. */
  readonly branch: string;
  /** Which folder below `repositories/` the files come from. */
  readonly role: SeedRole;
  /** What the placeholders in the files stand for. */
  readonly values: SeedValues;
}

/** What differs between hosts: the user name beside a token, and what it has to be allowed. */
const hosts: Record<SeedHostKind, { readonly user: string; readonly rights: string }> = {
  github: { user: "x-access-token", rights: "the token may write contents and workflows of this repository" },
  gitlab: {
    user: "oauth2",
    rights: "the token has the scope api, and its user may push to the default branch of this project",
  },
};

/** A new repository may take a moment to answer: ten seconds in all. */
const defaultPatience: Patience = { attempts: 5, pauseMs: 1000 };

/**
 * Pushes the seed to a branch that does not exist yet.
 *
 * @param token the host's token; it reaches Git by the environment only
 * @returns the object name of the branch's head: the new commit, or what was there
 * @throws when Git is missing, or the host refuses the push as often as it is tried
 */
export async function pushFirstCommit(
  seed: FirstCommitSeed,
  token: string | undefined,
  patience: Patience = defaultPatience,
): Promise<string> {
  const { hostKind, cloneUrl, branch, role, values } = seed;
  const folder = await mkdtemp(join(tmpdir(), "slipway-seed-"));
  const git = gitIn(folder, cloneUrl, hosts[hostKind].user, token);
  try {
    const tree = join(folder, "tree");
    const commit = await commitSeed(git, tree, branch, role, seedFiles(role, values, hostKind));
    return await push(git, tree, seed, commit, patience);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes a repository with the files in one commit; gives the commit's object name. */
async function commitSeed(
  git: Git,
  tree: string,
  branch: string,
  role: SeedRole,
  files: readonly SeedFile[],
): Promise<string> {
  for (const { path, content } of files) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
  }
  // Without the machine's templates, which may bring hooks along.
  await git("init", "--quiet", "--template=", `--initial-branch=${branch}`, tree);
  await git("-C", tree, "add", "--all", "--force");
  // In the index and not on the file, for not every system keeps modes.
  const executables = files.filter(({ executable }) => executable).map(({ path }) => path);
  if (executables.length > 0) await git("-C", tree, "update-index", "--chmod=+x", "--", ...executables);
  await git("-C", tree, "commit", "--quiet", "--message", message(role));
  return (await git("-C", tree, "rev-parse", "HEAD")).trim();
}

async function push(
  git: Git,
  tree: string,
  { hostKind, cloneUrl, branch }: FirstCommitSeed,
  commit: string,
  patience: Patience,
): Promise<string> {
  const once = async (): Promise<string> => {
    const present = await headOf(git, cloneUrl, branch);
    if (present !== undefined) return present;
    // Without force: if somebody pushed in between, theirs stays and the next attempt finds it.
    await git("-C", tree, "push", "--quiet", cloneUrl, `${commit}:refs/heads/${branch}`);
    return commit;
  };
  try {
    return await patiently(once, patience, (error) => error instanceof GitError && !isAway(error));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw refused(error, hosts[hostKind].rights, cloneUrl, branch, isAway(error) ? 1 : patience.attempts);
  }
}

/** A host that is away is waited for by the resource's hook, which Ctrl-C ends. */
const isAway = ({ message }: GitError) => connectionBroke(message);

/** The branch's head; undefined while it has none. */
async function headOf(git: Git, cloneUrl: string, branch: string): Promise<string | undefined> {
  const answer = await git("ls-remote", cloneUrl, `refs/heads/${branch}`);
  return /^[0-9a-f]{40,64}/.exec(answer)?.[0];
}

/**
 * The commit's message. That of an app keeps the host from starting the release: its variables, secrets and keys are made
 * after the commit, so that the first run would fail for want of them. The team's first push starts it.
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs,
 * https://docs.gitlab.com/ci/pipelines/#skip-a-pipeline
 */
function message(role: SeedRole): string {
  const mark = role === "app" ? " [skip ci]" : "";
  return (
    `Begin the ${role} repository${mark}\n\n` +
    "Slipway seeds a new repository once, in one commit. From here on it is the\n" +
    "team's own: Slipway does not write to it again.\n"
  );
}

function refused(error: GitError, rights: string, cloneUrl: string, branch: string, attempts: number): Error {
  return new Error(
    `The first commit could not be pushed to ${cloneUrl}, branch ${branch}, in ${attempts === 1 ? "one attempt" : `${attempts} attempts`}. ${error.message}\n` +
      `Check that ${rights}, then run \`pulumi up\` again: ` +
      "the push is the only thing that is left to do.",
    // Without a cause: that has the command's whole environment about it.
  );
}
