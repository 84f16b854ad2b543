/** Commands of a lab as a user would type them, and their outcomes. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { labEnvironment } from "../../lab/environment.ts";
import { openLab, reset, up, type Lab } from "../../lab/lab.ts";
import { labPaths, type LabPaths } from "../../lab/paths.ts";
import type { KubeObject } from "../../scripts/kubectl.ts";

/** What a command said and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for looking through. */
  readonly all: string;
}

/** Environment of a command. */
export type Env = Readonly<Record<string, string>>;

/** A command, and where it runs. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Env;
  readonly cwd: string;
}

/** Runs a command to its end, whatever that is. */
export function attempt(env: Env, command: string, args: readonly string[], cwd?: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { env, cwd, maxBuffer: 64 * 2 ** 20, encoding: "utf8" },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === "string") reject(new Error(`${command}: ${code}`));
        else resolve({ code: code ?? 1, stdout, stderr, all: stdout + stderr });
      },
    );
  });
}

/** Runs a command that has to succeed, and gives what it printed. */
export async function run(env: Env, command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { code, stdout, all } = await attempt(env, command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${all}`);
  return stdout;
}

/** A lab of a test's own, away from the user's. */
export interface TestLab {
  readonly lab: Lab;
  readonly env: Env;
  /** Folder for the test's files; it goes with the lab. */
  readonly scratch: string;
  pulumi(...args: string[]): Promise<Ended>;
  /** One object of the cluster; nothing if there is none. */
  object(kind: string, name: string, namespace?: string): Promise<KubeObject | undefined>;
  kubectl(...args: string[]): Promise<string>;
  /** Stops the lab and removes it. */
  readonly end: () => Promise<void>;
}

/**
 * Starts a lab in a folder of its own; one that does not start is removed again. To be ended by what `beforeAll`
 * returns, which vitest calls only if the lab was started: `return lab.end`.
 *
 * @param checkout whose program and stacks it runs. Default: this one
 */
export async function startLab(checkout?: string): Promise<TestLab> {
  const own = labPaths(await mkdtemp(join(tmpdir(), "slipway-lab-")));
  const paths = checkout === undefined ? own : { ...own, checkout };
  const lab = await started(paths).catch(async (error: unknown) => {
    await reset({ paths });
    throw error;
  });
  const env = await labEnvironment(lab.paths, lab.ports);
  const scratch = await mkdtemp(join(tmpdir(), "slipway-scratch-"));
  const kubectl = (...args: string[]) => run(env, "kubectl", args);
  return {
    lab,
    env,
    scratch,
    kubectl,
    pulumi: (...args) => attempt(env, "pulumi", [...args, "--non-interactive"], lab.paths.checkout),
    object: async (kind, name, namespace) => {
      const where = namespace === undefined ? [] : ["--namespace", namespace];
      const text = await kubectl("get", kind, name, ...where, "--ignore-not-found", "--output", "json");
      return text === "" ? undefined : (JSON.parse(text) as KubeObject);
    },
    end: async () => {
      await reset(lab);
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

async function started(paths: LabPaths): Promise<Lab> {
  const lab = await openLab(paths);
  await up(lab, () => undefined);
  return lab;
}

/** Waits until something holds; fails with what was seen last. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  seconds = 90,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(
        `${what}: not so after ${seconds} s; last seen: ${JSON.stringify(seen).slice(0, 2000)}`,
      );
    await setTimeout(200);
  }
}

/** Git with nothing of the user's, and with the lab's token or a key. */
export function gitEnvironment(
  env: Env,
  credentials: { token?: string; keyFile?: string; knownHosts?: string },
): Env {
  const { token, keyFile, knownHosts } = credentials;
  const identity = { name: "A Developer", email: "developer@example.com" };
  const base: Record<string, string> = {
    PATH: env["PATH"] ?? "",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
  if (token !== undefined) {
    base["GIT_CONFIG_COUNT"] = "1";
    base["GIT_CONFIG_KEY_0"] = "http.extraHeader";
    base["GIT_CONFIG_VALUE_0"] =
      `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  }
  if (keyFile !== undefined) {
    base["GIT_SSH_COMMAND"] =
      `ssh -F /dev/null -i ${keyFile} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes ` +
      `-o StrictHostKeyChecking=yes -o UserKnownHostsFile=${knownHosts ?? "/dev/null"} -o GlobalKnownHostsFile=/dev/null`;
  }
  return base;
}

/** A file with text, readable by its owner only. */
export async function secretFile(path: string, text: string): Promise<string> {
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

/** The text of a file. */
export const textOf = (path: string) => readFile(path, "utf8");
