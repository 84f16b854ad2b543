import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * The command line of a living process, words joined by blanks, or undefined when there is none. A pid file outlives
 * its process and the number is given again, so a pid alone proves nothing.
 */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  if (process.platform === "linux") {
    try {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8");
      // A zombie's is empty: it only waits to be collected.
      return line === "" ? undefined : line.replaceAll("\0", " ").trim();
    } catch {
      return undefined;
    }
  }
  return new Promise((resolve) => {
    execFile("ps", ["-o", "command=", "-p", String(pid)], (error, stdout) => {
      const line = stdout.trim();
      resolve(error !== null || line === "" ? undefined : line);
    });
  });
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Waits until the process with this pid is gone, or `ms` have passed; tells which. */
export async function waitGone(pid: number, ms: number): Promise<boolean> {
  const end = Date.now() + ms;
  while ((await commandLineOf(pid)) !== undefined) {
    if (Date.now() > end) return false;
    await sleep(20);
  }
  return true;
}
