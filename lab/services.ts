/** Services of the lab: processes that outlive the command that started them. A process is known by its id and its command line, since ids are used again. */
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { commandLineOf, signal, waitGone } from "./cluster/process-identity.ts";
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

/** Starts a service unless it runs, and waits until it says on a line of its own that it is `ready`. */
export async function startService(
  folders: ServiceFolders,
  service: Service,
): Promise<"started" | "running"> {
  if (await isServiceRunning(folders, service.name)) return "running";
  const log = join(folders.logs, `${service.name}.log`);
  mkdirSync(dirname(log), { recursive: true });
  const begin = await sizeOf(log);
  const output = openSync(log, "a", 0o600);
  const child = spawn(service.command, service.args, {
    detached: true,
    stdio: ["ignore", output, output],
    env: service.env,
  });
  let ended: string | undefined;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended = `exit code ${code ?? signal ?? "unknown"}`));
  if (child.pid !== undefined) {
    const started: Started = { pid: child.pid, commandLine: [service.command, ...service.args].join(" ") };
    await writeAtomically(recordOf(folders, service.name), JSON.stringify(started));
  }
  const deadline = Date.now() + 60_000;
  for (;;) {
    const said = readFileSync(log).subarray(begin).toString("utf8");
    if (/^ready\b/m.test(said)) break;
    if (ended !== undefined || Date.now() > deadline) {
      const why = ended ?? "not ready after 60 seconds";
      await stopService(folders, service.name);
      const tail = said.trim().split("\n").slice(-10).join("\n  ");
      throw new Error(`${service.name} did not start (${why}). Its log, ${log}, ends with:\n  ${tail}`);
    }
    await setTimeout(25);
  }
  child.unref();
  return "started";
}

/** Ends a service: by SIGTERM, and after ten seconds by SIGKILL. */
export async function stopService(folders: ServiceFolders, name: string): Promise<void> {
  const pid = await servicePid(folders, name);
  if (pid !== undefined) {
    signal(pid, "SIGTERM");
    if (!(await waitGone(pid, 10_000))) {
      signal(pid, "SIGKILL");
      if (!(await waitGone(pid, 5_000))) throw new Error(`${name} (process ${pid}) does not end`);
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

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
