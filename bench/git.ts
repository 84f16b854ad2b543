/** Repositories on the bench's Git host, used as a developer would. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Bench } from "./bench-lab.ts";
import { output, type Env } from "./commands.ts";

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

/** Git with nothing of the user's, and with the lab's token. */
function gitEnvironment(env: Env): Env {
  const token = Buffer.from(`x-access-token:${env["GITHUB_TOKEN"] ?? ""}`).toString("base64");
  return {
    PATH: env["PATH"] ?? "",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${token}`,
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((role) => [
        [`GIT_${role}_NAME`, "Bench"],
        [`GIT_${role}_EMAIL`, "bench@example.com"],
      ]),
    ),
  };
}

/** Runs Git in a folder. */
export const git = (bench: Bench, folder: string, ...args: string[]): Promise<string> =>
  output(gitEnvironment(bench.env), "git", ["-C", folder, ...args], undefined, bench.signal);

/** Where Git finds a repository of the lab's owner. */
export const cloneUrl = ({ env }: Bench, repository: string): string =>
  `${env["GITHUB_BASE_URL"] ?? ""}${env["GITHUB_OWNER"] ?? ""}/${repository}.git`;

/** A clone of a repository. */
export async function clone(bench: Bench, repository: string): Promise<string> {
  const folder = await mkdtemp(join(bench.scratch, "clone-"));
  await git(bench, folder, "clone", "--quiet", cloneUrl(bench, repository), ".");
  return folder;
}

/** Commits files, and pushes them to the branch `main`. */
export async function push(bench: Bench, folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await git(bench, folder, "add", "--all");
  await git(bench, folder, "commit", "--quiet", "--message", "Change it");
  await git(bench, folder, "push", "--quiet", "origin", "HEAD:refs/heads/main");
}

/** Makes a public repository with files, as somebody else's that the stack does not own. */
export async function publish(bench: Bench, repository: string, files: Files): Promise<void> {
  const owner = bench.env["GITHUB_OWNER"] ?? "";
  await host(bench, "POST", `/orgs/${owner}/repos`, { name: repository, visibility: "public" });
  const folder = await mkdtemp(join(bench.scratch, "publish-"));
  await git(bench, folder, "init", "--quiet", "--initial-branch=main");
  await git(bench, folder, "remote", "add", "origin", cloneUrl(bench, repository));
  await push(bench, folder, files);
}

/** Removes a repository. */
export const unpublish = (bench: Bench, repository: string): Promise<void> =>
  host(bench, "DELETE", `/repos/${bench.env["GITHUB_OWNER"] ?? ""}/${repository}`);

async function host(bench: Bench, method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${bench.env["GITHUB_BASE_URL"] ?? ""}api/v3${path}`, {
    method,
    headers: { authorization: `Bearer ${bench.env["GITHUB_TOKEN"] ?? ""}` },
    signal: bench.signal,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}
