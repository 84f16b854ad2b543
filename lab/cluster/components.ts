import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { COMPONENTS, type ClusterPorts } from "./kwokctl-config.ts";
import { commandLineOf } from "../process-identity.ts";

/** By name, since a caller's object may hold ports of other parts too. */
const PORT_NAMES = ["apiserver", "etcd", "etcdPeer", "controllerManager", "scheduler", "kwok"] as const;

/** One of the cluster's processes. */
export interface ComponentState {
  readonly name: string;
  readonly running: boolean;
  readonly pid?: number;
  readonly log: string;
}

/** The state of each component, by its pid file and what the process with that number really is. */
export async function componentStates(clusterDir: string): Promise<readonly ComponentState[]> {
  return Promise.all(
    Object.keys(COMPONENTS).map(async (name) => {
      const pid = await livingPid(clusterDir, name);
      const log = join(clusterDir, "logs", `${name}.log`);
      return pid === undefined ? { name, running: false, log } : { name, running: true, pid, log };
    }),
  );
}

/**
 * Removes the pid files whose process is gone or somebody else's: after a reboot the numbers are given again, and
 * kwokctl, which checks only the number, would take a stranger for its component, and kill it on stop.
 */
export async function forgetStalePids(clusterDir: string): Promise<void> {
  for (const name of Object.keys(COMPONENTS)) {
    if ((await livingPid(clusterDir, name)) === undefined)
      await rm(pidFile(clusterDir, name), { force: true });
  }
}

/** Errors when one of the ports is taken, naming all that are, before anything is started on them. */
export async function freePorts(ports: ClusterPorts): Promise<void> {
  const taken: string[] = [];
  for (const name of PORT_NAMES) {
    if (!(await isFree(ports[name]))) taken.push(`${name}: ${ports[name]}`);
  }
  if (taken.length > 0) {
    throw new Error(
      `ports of the cluster are in use by another process (${taken.join(", ")}): end it, or choose other ports`,
    );
  }
}

async function livingPid(clusterDir: string, name: string): Promise<number | undefined> {
  const text = await readFile(pidFile(clusterDir, name), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  const line = await commandLineOf(pid);
  return line?.startsWith(`${join(clusterDir, "bin", name)} `) === true ? pid : undefined;
}

function pidFile(clusterDir: string, name: string): string {
  return join(clusterDir, "pids", `${name}.pid`);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
