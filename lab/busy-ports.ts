/** Ports of the lab that somebody else listens on: found before anything is started on them. */
import { setTimeout } from "node:timers/promises";
import { signal, waitGone } from "./process-identity.ts";
import { LabError } from "./errors.ts";
import { portHolder, type PortHolder } from "./port-holder.ts";
import { isFree, type Ports } from "./ports.ts";

/** Which part listens on which port. */
const parts: Readonly<Record<keyof Ports, string>> = {
  apiserver: "kube-apiserver",
  etcd: "etcd",
  etcdPeer: "etcd",
  controllerManager: "kube-controller-manager",
  scheduler: "kube-scheduler",
  kwok: "kwok-controller",
  gitHttp: "git-host",
  gitSsh: "git-host",
  gitlabHttp: "git-host",
  gitlabSsh: "git-host",
  receiver: "process-node",
};

/**
 * Makes sure that the ports of the parts that do not run are free. A process that holds one of them and was started
 * from the lab's own folder is one that an interrupted command lost sight of: it is ended.
 *
 * @param running names of the parts that run, whose ports are theirs
 * @throws LabError that names every busy port, what wants it and, where that can be seen, what has it
 */
export async function freePorts(root: string, ports: Ports, running: ReadonlySet<string>): Promise<void> {
  const busy: string[] = [];
  for (const [name, part] of Object.entries(parts) as [keyof Ports, string][]) {
    const port = ports[name];
    if (running.has(part) || (await isFree(port))) continue;
    const holder = await portHolder(port);
    if (holder === undefined && (await isFreeSoon(port))) continue;
    if (holder !== undefined && isOurs(holder, root)) await end(holder);
    else busy.push(`  port ${port}, which ${part} needs, is in use by ${describe(holder)}`);
  }
  if (busy.length === 0) return;
  throw new LabError(
    `ports of the lab are busy:\n${busy.join("\n")}\n` +
      "End that, or let the lab choose new ports: `npm run lab -- reset` (it also removes the lab's data)",
  );
}

/** A process that has just ended has its sockets for a moment still, when it is none any more. */
async function isFreeSoon(port: number): Promise<boolean> {
  const end = Date.now() + 2_000;
  while (!(await isFree(port))) {
    if (Date.now() > end) return false;
    await setTimeout(20);
  }
  return true;
}

/** The cluster's components are programs in the lab's folder, and the Git host has its data there. */
function isOurs({ commandLine }: PortHolder, root: string): boolean {
  return commandLine.startsWith(`${root}/`) || commandLine.includes(` --data ${root}/`);
}

function describe(holder: PortHolder | undefined): string {
  if (holder === undefined) return "another process";
  const { pid, commandLine } = holder;
  return `process ${pid} (${commandLine.length > 80 ? `${commandLine.slice(0, 80)}…` : commandLine})`;
}

async function end({ pid, commandLine }: PortHolder): Promise<void> {
  signal(pid, "SIGTERM");
  if (await waitGone(pid, 5_000)) return;
  signal(pid, "SIGKILL");
  if (!(await waitGone(pid, 5_000))) throw new LabError(`process ${pid} (${commandLine}) does not end`);
}
