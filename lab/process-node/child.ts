import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../files.ts";
import { commandLineOf, signal, waitGone } from "../process-identity.ts";
import { type HelpFlag, parseHelp } from "./listen-flags.ts";

/** How a process ended: an exit code (128 + number when a signal ended it), and that signal's name. */
export interface Exit {
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
}

/** What to start. */
export interface ChildSpec {
  /** Unique name of the process among the node's: its pid file is called so. */
  readonly id: string;
  readonly binary: string;
  readonly args: readonly string[];
  /** The whole environment: nothing of the node's own is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly onOutput: (chunk: Buffer) => void;
}

/** util-linux's setpriv makes the kernel end a child with its parent, however that one dies. Linux only. */
const SETPRIV = ["/usr/bin/setpriv", "/bin/setpriv"].find(
  (path) => process.platform === "linux" && existsSync(path),
);

/** Signals that end processes here, by number, for exit codes as a shell has them. */
const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** A started process. */
export class Child {
  readonly pid: number;
  /** Resolves when the process has ended and its output was read. */
  readonly exit: Promise<Exit>;
  readonly #process: ChildProcess;
  #ended = false;

  private constructor(child: ChildProcess, pid: number, exit: Promise<Exit>) {
    this.#process = child;
    this.pid = pid;
    this.exit = exit.finally(() => (this.#ended = true));
  }

  /** Starts a process and notes its pid in `pidDir`. @throws when the binary cannot be run */
  static async start(spec: ChildSpec, pidDir: string): Promise<Child> {
    const [command, args] =
      SETPRIV === undefined
        ? [spec.binary, spec.args]
        : [SETPRIV, ["--pdeathsig", "KILL", "--", spec.binary, ...spec.args]];
    if (!existsSync(spec.binary)) throw new Error(`${spec.binary}: there is no such program`);
    const child = spawn(command, args, { cwd: spec.cwd, env: spec.env, stdio: ["ignore", "pipe", "pipe"] });
    const exit = new Promise<Exit>((resolve) => {
      child.once("close", (code, name) => {
        resolve(name === null ? { exitCode: code ?? 0 } : { exitCode: signalCode(name), signal: name });
      });
    });
    child.stdout.on("data", spec.onOutput);
    child.stderr.on("data", spec.onOutput);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    const pid = child.pid ?? 0;
    const file = join(pidDir, `${spec.id}.json`);
    await writeAtomically(file, JSON.stringify({ pid, binary: spec.binary }));
    return new Child(
      child,
      pid,
      exit.finally(() => void rm(file, { force: true })),
    );
  }

  /** Asks the process to end, and ends it when it has not after `graceMs`. */
  async stop(graceMs: number): Promise<Exit> {
    if (!this.#ended) this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), graceMs);
    try {
      return await this.exit;
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * Ends the processes of an earlier process node that died without ending them (where the kernel did not). A pid whose
 * process is another program by now is left alone.
 */
export async function endOrphans(pidDir: string): Promise<void> {
  await mkdir(pidDir, { recursive: true });
  for (const name of await readdir(pidDir)) {
    const file = join(pidDir, name);
    try {
      const { pid, binary } = JSON.parse(await readFile(file, "utf8")) as { pid: number; binary: string };
      // As a word: a script's command line begins with its interpreter.
      if (` ${(await commandLineOf(pid)) ?? ""} `.includes(` ${binary} `)) {
        signal(pid, "SIGKILL");
        await waitGone(pid, 5_000);
      }
    } catch (error) {
      // A half-written pid file names no process.
      if (!(error instanceof SyntaxError)) throw error;
    }
    await rm(file, { force: true });
  }
}

const helps = new Map<string, Promise<readonly HelpFlag[]>>();

/** The flags that a program says it has; none when it does not answer `--help` in 10 s. Asked once a program. */
export function flagsOf(binary: string): Promise<readonly HelpFlag[]> {
  let flags = helps.get(binary);
  if (flags === undefined) {
    flags = new Promise((resolve) => {
      execFile(binary, ["--help"], { env: {}, timeout: 10_000 }, (_error, stdout, stderr) =>
        resolve(parseHelp(`${stdout}\n${stderr}`)),
      );
    });
    helps.set(binary, flags);
  }
  return flags;
}

function signalCode(name: NodeJS.Signals): number {
  return 128 + (SIGNAL_NUMBERS[name] ?? 0);
}
