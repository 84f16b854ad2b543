import { spawn } from "node:child_process";

/** What a finished command left. */
export interface RunResult {
  /** Exit code; `undefined` when a signal or the time limit ended it, or when it could not start. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Set when the command could not be started at all. */
  readonly failure?: Error;
}

export interface RunOptions {
  /** The whole environment of the command: nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds after which the command is killed. Default: none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Takes stdout and stderr as they come; they are then not collected. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/**
 * Runs a command to its end, and never throws for what the command does: a non-zero exit is a result. An aborted
 * or timed-out command gets SIGINT first, so that it can clean up after itself, and dies with this process.
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const end = (): void => void child.kill("SIGINT");
    const kill = (): void => void child.kill("SIGKILL");
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(kill, options.timeoutMs);
    options.signal?.addEventListener("abort", end, { once: true });
    process.once("exit", end);
    if (options.signal?.aborted === true) end();
    child.stdout.on("data", (chunk: Buffer) => (options.onOutput ?? ((c) => out.push(c)))(chunk));
    child.stderr.on("data", (chunk: Buffer) => (options.onOutput ?? ((c) => err.push(c)))(chunk));
    const finish = (code: number | undefined, failure?: Error): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", end);
      process.removeListener("exit", end);
      const text = { stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
      resolve(failure === undefined ? { code, ...text } : { code, ...text, failure });
    };
    child.once("error", (error) => finish(undefined, error));
    child.once("close", (code) => finish(code ?? undefined));
  });
}
