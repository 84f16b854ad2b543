/** Pushes the first commit of a repository with Git, in an environment of its own. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { FirstCommitInputs } from "./first-commit.ts";
import { seedFiles } from "./seed-files.ts";

const run = promisify(execFile);

/** The identity that commits; hosts show it beside the commit. */
const author = { name: "Slipway", email: "slipway@users.noreply.github.com" };

/** How often a push is tried, and how long to wait in between; a new repository may take a moment to answer. */
const attempts = 5;
const pauseMs = 1000;

/**
 * Pushes the seed to a branch that does not exist yet.
 *
 * @param token the host's token; it reaches Git by the environment only
 * @returns the object name of the branch's head: the new commit, or what was there
 * @throws when Git is missing, or the host refuses the push for {@link attempts} times
 */
export async function pushFirstCommit(inputs: FirstCommitInputs, token: string | undefined): Promise<string> {
  const { cloneUrl, branch, role, values } = inputs;
  const folder = await mkdtemp(join(tmpdir(), "slipway-seed-"));
  const git = gitIn(folder, cloneUrl, token);
  try {
    const tree = join(folder, "tree");
    for (const file of seedFiles(role, values)) {
      const path = join(tree, file.path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, file.content);
      if (file.executable) await chmod(path, 0o755);
    }
    await git("init", "--quiet", `--initial-branch=${branch}`, tree);
    await git("-C", tree, "add", "--all", "--force");
    await git("-C", tree, "commit", "--quiet", "--message", message(role));
    const commit = (await git("-C", tree, "rev-parse", "HEAD")).trim();

    for (let attempt = 1; ; attempt += 1) {
      try {
        const present = await headOf(git, cloneUrl, branch);
        if (present !== undefined) return present;
        // Without force: if somebody pushed in between, theirs stays and the next attempt finds it.
        await git("-C", tree, "push", "--quiet", cloneUrl, `HEAD:refs/heads/${branch}`);
        return commit;
      } catch (error) {
        if (attempt === attempts) throw explained(error, cloneUrl, branch);
        await setTimeout(pauseMs * attempt);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Git = (...args: string[]) => Promise<string>;

/** Git without any configuration of the user's: no hooks, helpers, rewritten addresses or signatures. */
function gitIn(home: string, cloneUrl: string, token: string | undefined): Git {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
  };
  for (const name of [
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SystemRoot",
  ]) {
    env[name] = process.env[name];
  }
  if (token !== undefined) {
    const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
    env["GIT_CONFIG_COUNT"] = "1";
    env["GIT_CONFIG_KEY_0"] = `http.${new URL(cloneUrl).origin}/.extraHeader`;
    env["GIT_CONFIG_VALUE_0"] = `Authorization: Basic ${basic}`;
  }
  return async (...args) => (await run("git", args, { env, encoding: "utf8", timeout: 120_000 })).stdout;
}

async function headOf(git: Git, cloneUrl: string, branch: string): Promise<string | undefined> {
  const line = await git("ls-remote", cloneUrl, `refs/heads/${branch}`);
  return line.split("\t")[0]?.trim() || undefined;
}

function message(role: string): string {
  return `Begin the ${role} repository\n\nSlipway seeds a new repository once, in one commit. From here on it is the\nteam's own: Slipway does not write to it again.\n`;
}

function explained(error: unknown, cloneUrl: string, branch: string): Error {
  const { code, stderr, message: text } = error as { code?: unknown; stderr?: string; message?: string };
  if (code === "ENOENT")
    return new Error("Git is not on PATH: install it (https://git-scm.com/downloads) and run again");
  const said = (stderr ?? text ?? "").trim().split("\n").slice(-5).join("\n  ");
  return new Error(
    `The first commit could not be pushed to ${cloneUrl}, branch ${branch}, in ${attempts} attempts. Git said:\n  ${said}\n` +
      "Check that the token may write contents and workflows of this repository, then run `pulumi up` again: " +
      "the push is the only thing that is left to do.",
  );
}
