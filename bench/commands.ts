/** Runs commands as a user would type them, and measures them. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers";
import type { Readable } from "node:stream";

/** Environment of a command. */
export type Env = Readonly<Record<string, string>>;

/** A line of a command's output, and the seconds from the command's start until it came. */
export interface Line {
  readonly seconds: number;
  readonly text: string;
}

/** What a command took, and what it said. */
export interface Timed {
  /** From start to end. */
  readonly seconds: number;
  /** Processor time of the command and of what it started and waited for, user and system. */
  readonly cpuSeconds: number;
  /** Its standard output. */
  readonly lines: readonly Line[];
}

/** A shell that runs the command and then writes to descriptor 3 what processor time it took. */
const script = '"$@"; code=$?; times >&3; exit $code';

/** Milliseconds for a command to end after Ctrl-C, before it is told again, and then killed. */
const patienceMs = 3000;

/**
 * Runs a command to its end. It is in a process group of its own, so that a Ctrl-C at the terminal reaches it by the
 * signal only.
 *
 * @throws Error with the end of its output when it fails; the signal's reason when it was aborted
 */
export async function timed(
  env: Env,
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly signal?: AbortSignal; readonly input?: string } = {},
): Promise<Timed> {
  const { cwd, signal, input = "" } = options;
  signal?.throwIfAborted();
  const began = performance.now();
  const child = spawn("/bin/sh", ["-c", script, "sh", command, ...args], {
    ...(cwd !== undefined && { cwd }),
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
  const interrupt = () => endGroup(child.pid, ended);
  signal?.addEventListener("abort", interrupt, { once: true });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  try {
    const [lines, complaint, times, code] = await Promise.all([
      stamped(child.stdout, began),
      text(child.stderr),
      text(child.stdio[3] as Readable),
      ended,
    ]);
    const seconds = (performance.now() - began) / 1000;
    signal?.throwIfAborted();
    if (code !== 0) {
      const said = [...lines.map((line) => line.text), ...complaint.trim().split("\n")].slice(-15);
      throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n  ${said.join("\n  ")}`);
    }
    return { seconds, cpuSeconds: cpuSeconds(times), lines };
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}

/** Runs a command and gives what it printed. */
export async function output(
  env: Env,
  command: string,
  args: readonly string[],
  cwd?: string,
  signal?: AbortSignal,
): Promise<string> {
  const options = { ...(cwd !== undefined && { cwd }), ...(signal && { signal }) };
  const { lines } = await timed(env, command, args, options);
  return lines.map((line) => line.text).join("\n");
}

async function stamped(stream: Readable, began: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of createInterface({ input: stream })) {
    lines.push({ seconds: (performance.now() - began) / 1000, text: line });
  }
  return lines;
}

/**
 * The sum of what the shell's `times` says: two lines, of the shell and of its children, each with user and system
 * time as in `0m4.56s`. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#times
 */
export function cpuSeconds(times: string): number {
  const found = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  return found.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/** Ctrl-C, once more, and at last by force. */
function endGroup(pid: number | undefined, ended: Promise<number>): void {
  if (pid === undefined) return;
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended.
    }
  };
  send("SIGINT");
  const timers = [
    setTimeout(() => send("SIGINT"), patienceMs),
    setTimeout(() => send("SIGKILL"), 2 * patienceMs),
  ];
  void ended.catch(() => undefined).finally(() => timers.forEach((timer) => clearTimeout(timer)));
}
