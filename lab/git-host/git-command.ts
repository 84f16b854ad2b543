/** Runs the machine's git on the host's bare repositories, untouched by the user's own configuration. */
import { spawn } from "node:child_process";
import { devNull } from "node:os";

/** A git command that ended with another exit code than 0. */
export class GitFailure extends Error {
  readonly exitCode: number | null;

  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`git ${command} ended with ${String(exitCode)}: ${stderr.trim()}`);
    this.name = "GitFailure";
    this.exitCode = exitCode;
  }
}

/**
 * The whole environment of a git process: nothing of the caller's, except where programs are found.
 *
 * @param extra further variables, such as those of CGI
 */
export function gitEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: devNull,
    LANG: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: "0",
    // The repositories are the host's own, also where their folder belongs to another user (a mounted volume).
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    ...extra,
  };
}

/** Options of `git()`. */
export interface GitOptions {
  /** What the command reads; nothing, unless given. */
  readonly input?: string;
  readonly env?: Record<string, string>;
}

/**
 * Runs `git -C directory …` and returns what it wrote, as it is.
 *
 * @throws {GitFailure} when it ends with another code than 0
 */
export async function git(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const child = spawn("git", ["-C", directory, ...args], {
    env: gitEnvironment(options.env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  // A command that needs no input may close its end before it has read all; its exit code tells.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (exitCode !== 0) throw new GitFailure(args[0] ?? "", exitCode, Buffer.concat(errors).toString());
  return Buffer.concat(output);
}

/** As `git()`, for commands whose answer is text. */
export async function gitText(
  directory: string,
  args: readonly string[],
  options?: GitOptions,
): Promise<string> {
  return (await git(directory, args, options)).toString("utf8");
}
