/** What of a lab runs, and where: looked up, with nothing built, downloaded or started. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { clusterStatus } from "./cluster/cluster.ts";
import { componentStates } from "./cluster/components.ts";
import { gitHostUrl, gitlabUrl, owner } from "./environment.ts";
import { LabError } from "./errors.ts";
import { clusterFolder, clusterOptions } from "./lab.ts";
import type { LabPaths } from "./paths.ts";
import { installedPlugins, type Provider } from "./plugins.ts";
import { readPorts, type Ports } from "./ports.ts";
import { servicePid } from "./services.ts";
import { backendUrl } from "./stacks.ts";

/** State of one part. */
export interface PartStatus {
  readonly part: string;
  readonly running: boolean;
  readonly detail: string;
}

/** What `status --json` prints. What a lab that was never started does not have is null. */
export interface LabStatus {
  /** Whether every part runs. */
  readonly running: boolean;
  /** Folder of the lab's data. */
  readonly lab: string;
  readonly parts: readonly PartStatus[];
  /** Pulumi's provider plugins in the lab's PULUMI_HOME. */
  readonly providers: readonly Provider[];
  readonly ports: Ports | null;
  readonly kubeconfig: string | null;
  /** The GitHub of the lab. */
  readonly gitHost: HostStatus | null;
  readonly gitlab: HostStatus | null;
  readonly pulumi: { readonly home: string; readonly backend: string } | null;
}

/** Where a Git host is, and the organisation or group that it has. */
export interface HostStatus {
  readonly url: string;
  readonly ssh: string;
  readonly owner: string;
}

const services = ["process-node", "git-host"];

/** The state of a lab; it need not exist. */
export async function labStatus(paths: LabPaths): Promise<LabStatus> {
  const ports = await readPorts(paths.ports);
  if (ports === undefined) {
    const nothing = { ports: null, kubeconfig: null, gitHost: null, gitlab: null, pulumi: null };
    return { running: false, lab: paths.root, parts: [], providers: [], ...nothing };
  }
  const ssh = `ssh://git@127.0.0.1:${ports.gitSsh}/`;
  const gitlab = { url: gitlabUrl(ports), ssh: `ssh://git@127.0.0.1:${ports.gitlabSsh}/`, owner };
  const parts = [
    ...(await clusterParts(paths, ports)),
    await servicePart(paths, "process-node", "runs Flux's controllers as processes"),
    await servicePart(
      paths,
      "git-host",
      `GitHub at ${gitHostUrl(ports)} and ${ssh}, GitLab at ${gitlab.url} and ${gitlab.ssh}`,
    ),
  ];
  return {
    running: parts.every(({ running }) => running),
    lab: paths.root,
    parts,
    providers: await installedPlugins(paths),
    ports,
    kubeconfig: paths.kubeconfig,
    gitHost: { url: gitHostUrl(ports), ssh, owner },
    gitlab,
    pulumi: { home: paths.pulumiHome, backend: backendUrl(paths) },
  };
}

/** The state of a lab for people. */
export function statusText({ lab, parts, providers }: LabStatus): string {
  if (parts.length === 0) return `There is no lab in ${lab} yet: \`npm run lab -- up\` makes one.\n`;
  const lines = parts.map(
    ({ part, running, detail }) => `${running ? "●" : "○"} ${part.padEnd(24)} ${detail}`,
  );
  const plugins = providers.map(
    ({ name, version, kind }) =>
      `  ${name.padEnd(24)} ${version} (${kind === "official" ? "official" : "the lab's own"})`,
  );
  return `${[...lines, ...(plugins.length === 0 ? [] : ["Providers", ...plugins])].join("\n")}\n`;
}

async function clusterParts(paths: LabPaths, ports: Ports): Promise<PartStatus[]> {
  const { exists, ready } = await clusterStatus(clusterOptions({ paths, ports }));
  const server = `https://127.0.0.1:${ports.apiserver}`;
  // Also those of a cluster whose creation was interrupted.
  const components = await componentStates(clusterFolder(paths));
  return [
    { part: "cluster", running: ready, detail: exists ? server : `${server}, not complete` },
    ...components.map(({ name, pid }) => part(name, pid, "")),
  ];
}

async function servicePart(paths: LabPaths, name: string, what: string): Promise<PartStatus> {
  return part(name, await servicePid(paths, name), what);
}

function part(name: string, pid: number | undefined, what: string): PartStatus {
  const details = pid === undefined ? ["stopped"] : [what, `process ${pid}`].filter((text) => text !== "");
  return { part: name, running: pid !== undefined, detail: details.join(", ") };
}

/** Logs by the name of their part: the services', the cluster's, and those of Flux's controllers, the newest of each. */
export async function logFiles(paths: LabPaths): Promise<Map<string, string>> {
  const folders = [join(paths.processNode, "logs"), join(clusterFolder(paths), "logs"), paths.logs];
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const file of (await readdir(folder).catch(() => [])).sort()) {
      if (file.endsWith(".log")) found.set(file.slice(0, -".log".length), join(folder, file));
    }
  }
  return found;
}

/**
 * The file with a part's log; the beginning of a name will do where only one begins so.
 *
 * @throws LabError that names the parts that have logs
 */
export async function logFile(paths: LabPaths, wanted: string): Promise<string> {
  const logs = await logFiles(paths);
  const exact = logs.get(wanted);
  if (exact !== undefined) return exact;
  const alike = [...logs].filter(([name]) => wanted !== "" && name.startsWith(wanted));
  const [only] = alike;
  if (only !== undefined && alike.length === 1) return only[1];
  const known = [...(alike.length > 1 ? alike : logs)].map(([name]) => name);
  if (known.length === 0)
    throw new LabError(
      `there are no logs yet: \`npm run lab -- up\` starts the ${services.join(" and the ")}`,
    );
  const what =
    wanted === "" ? "which log?" : alike.length > 1 ? `which ${wanted}?` : `no part "${wanted}" has a log.`;
  throw new LabError(`${what} There are: ${known.join(", ")}`);
}
