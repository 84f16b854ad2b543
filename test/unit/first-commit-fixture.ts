/** A remote repository in a folder, and a Git that keeps a record of how it is called. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { SeedValues } from "../../components/git/seed-files.ts";

export const values: SeedValues = {
  app: "shop",
  owner: "acme",
  owners: "@acme",
  namespace: "shop",
  appRepository: "shop",
  chartsRepository: "charts",
  fluxcdRepository: "fluxcd",
  imageRepository: "nginxinc/nginx-unprivileged",
  imageTag: "1.29.4-alpine",
};

/** Environment for the test's own Git commands. */
const env = {
  PATH: process.env["PATH"],
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Somebody",
  GIT_AUTHOR_EMAIL: "somebody@example.com",
  GIT_COMMITTER_NAME: "Somebody",
  GIT_COMMITTER_EMAIL: "somebody@example.com",
};

/** One folder with everything of a test. */
export class Remote {
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-test-push-"));
  /** The bare repository to push to. */
  readonly path = join(this.folder, "remote.git");
  readonly #before = { ...process.env };

  constructor() {
    this.git("init", "--quiet", "--bare", "--template=", this.path);
  }

  /** What a command of Git prints. */
  git(...args: string[]): string {
    return execFileSync("git", args, { env, encoding: "utf8" });
  }

  /** What a command of Git prints about the remote repository. */
  inRemote(...args: string[]): string {
    return this.git("-C", this.path, ...args);
  }

  /** Somebody else's commit on a branch of the remote repository; gives its object name. */
  somebodyPushes(branch = "main"): string {
    const tree = this.inRemote("hash-object", "-t", "tree", "-w", "/dev/null").trim();
    const commit = this.inRemote("commit-tree", tree, "-m", "Theirs").trim();
    this.inRemote("update-ref", `refs/heads/${branch}`, commit);
    return commit;
  }

  /**
   * Puts a script in the place of Git. It writes its arguments and its environment into files first.
   *
   * @param script what it does then; `"$GIT" "$@"` is the real one
   */
  replaceGit(script: string): void {
    const real = execFileSync("sh", ["-c", "command -v git"], { env, encoding: "utf8" }).trim();
    const bin = join(this.folder, "bin");
    mkdirSync(bin);
    const lines = [
      "#!/bin/sh",
      `printf '%s\\n' "$@" >> '${this.folder}/arguments'`,
      `env >> '${this.folder}/environment'`,
      `GIT='${real}' REMOTE='${this.path}' FOLDER='${this.folder}'`,
      script,
    ];
    writeFileSync(join(bin, "git"), `${lines.join("\n")}\n`);
    chmodSync(join(bin, "git"), 0o755);
    process.env["PATH"] = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
  }

  /** What the script in Git's place wrote down. */
  recorded(what: "arguments" | "environment"): string {
    return readFileSync(join(this.folder, what), "utf8");
  }

  /** Removes the folder, and gives the process its environment back. */
  end(): void {
    // In place: an object of our own would no longer be this process's environment.
    for (const name of Object.keys(process.env))
      if (!(name in this.#before)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, this.#before);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
