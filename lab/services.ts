/** Services of the lab: processes that outlive the command that started them. A process is known by its id and its command line, since ids are used again. */
import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { commandLineOf, signal, waitGone } from "./process-identity.ts";
import { LabError } from "./errors.ts";
import { readIfPresent, writeAtomically } from "./files.ts";

/** What is kept of a started service. */
interface Started {
  readonly pid: number;
  readonly commandLine: string;
}

/** A service of the lab. */
export interface Service {
  /** Its name: of its log, and of its record. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where records and logs of services are. */
export interface ServiceFolders {
  readonly services: string;
  readonly logs: string;
}

/** Seconds that a service may take until it is ready. */
const patience = 60;

/**
 * Starts a service unless it runs, and waits until it says on a line of its own that it is `ready`.
 *
 * @throws LabError with the end of its log when it ends instead
 */
export async function startService(
  folders: ServiceFolders,
  service: Service,
): Promise<"started" | "running"> {
  if (await isServiceRunning(folders, service.name)) return "running";
  const log = join(folders.logs, `${service.name}.log`);
  mkdirSync(dirname(log), { recursive: true });
  // Read and written through one open file, so that a log that is moved away meanwhile is no trouble.
  const file = openSync(log, "a+", 0o600);
  try {
    const begin = fstatSync(file).size;
    const child = spawn(service.command, service.args, {
      detached: true,
      stdio: ["ignore", file, file],
      env: service.env,
    });
    let ended: string | undefined;
    child.once("error", (error) => (ended = error.message));
    child.once("exit", (code, signal) => (ended = `exit code ${code ?? signal ?? "unknown"}`));
    try {
      if (child.pid !== undefined) {
        const started: Started = {
          pid: child.pid,
          commandLine: [service.command, ...service.args].join(" "),
        };
        await writeAtomically(recordOf(folders, service.name), JSON.stringify(started));
      }
      await ready(
        service.name,
        log,
        () => ended,
        () => textFrom(file, begin),
      );
    } catch (error) {
      child.kill();
      await stopService(folders, service.name);
      throw error;
    }
    child.unref();
    return "started";
  } finally {
    closeSync(file);
  }
}

async function ready(
  name: string,
  log: string,
  ended: () => string | undefined,
  said: () => string,
): Promise<void> {
  const deadline = Date.now() + patience * 1000;
  for (;;) {
    const why = ended() ?? (Date.now() > deadline ? `not ready after ${patience} seconds` : undefined);
    const text = said();
    if (/^ready\b/m.test(text)) return;
    if (why !== undefined) {
      const tail = text.trim().split("\n").slice(-10).join("\n  ");
      throw new LabError(`${name} did not start (${why}). Its log, ${log}, ends with:\n  ${tail}`);
    }
    await setTimeout(25);
  }
}

function textFrom(file: number, begin: number): string {
  const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - begin));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, begin)).toString("utf8");
}

/** Ends a service: by SIGTERM, and after ten seconds by SIGKILL. */
export async function stopService(folders: ServiceFolders, name: string): Promise<void> {
  const pid = await servicePid(folders, name);
  if (pid !== undefined) {
    signal(pid, "SIGTERM");
    if (!(await waitGone(pid, 10_000))) {
      signal(pid, "SIGKILL");
      if (!(await waitGone(pid, 5_000))) throw new LabError(`${name} (process ${pid}) does not end`);
    }
  }
  await rm(recordOf(folders, name), { force: true });
}

/** The process id of a running service. */
export async function servicePid(folders: ServiceFolders, name: string): Promise<number | undefined> {
  const text = await readIfPresent(recordOf(folders, name));
  if (text === undefined) return undefined;
  const { pid, commandLine } = JSON.parse(text) as Started;
  return (await commandLineOf(pid)) === commandLine ? pid : undefined;
}

/** Whether a service runs. */
export async function isServiceRunning(folders: ServiceFolders, name: string): Promise<boolean> {
  return (await servicePid(folders, name)) !== undefined;
}

const recordOf = (folders: ServiceFolders, name: string) => join(folders.services, `${name}.json`);
