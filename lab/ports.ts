/** The lab's ports: chosen when the lab is made, and kept, since addresses with them are in Git, in the cluster and in states. */
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { LabError } from "./errors.ts";
import { readIfPresent } from "./files.ts";

/** Every port of the lab, by what listens there. All on 127.0.0.1. */
export interface Ports {
  readonly apiserver: number;
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly kwok: number;
  readonly gitHttp: number;
  readonly gitSsh: number;
  readonly gitlabHttp: number;
  readonly gitlabSsh: number;
  readonly receiver: number;
}

/** Names of the ports, in the order in which they are chosen. */
export const portNames = [
  "apiserver",
  "etcd",
  "etcdPeer",
  "controllerManager",
  "scheduler",
  "kwok",
  "gitHttp",
  "gitSsh",
  "gitlabHttp",
  "gitlabSsh",
  "receiver",
] as const satisfies (keyof Ports)[];

/** Below the range that systems hand out by themselves (32768 and up on Linux, 49152 on macOS). */
const first = 20_000;
const last = 32_000;

/** The ports of a lab, chosen anew if it has none yet. Whoever asks at the same time gets the same. */
export async function labPorts(file: string): Promise<Ports> {
  const kept = await readPorts(file);
  if (kept !== undefined) return kept;
  const ports = await choose(portNames.length);
  await claimPorts(file, Object.fromEntries(portNames.map((name, index) => [name, ports[index]])));
  return await labPorts(file);
}

/** The ports of a lab that was made; nothing if it was not. */
export async function readPorts(file: string): Promise<Ports | undefined> {
  const text = await readIfPresent(file);
  return text === undefined ? undefined : parsePorts(text, file);
}

/** @throws LabError when that is no port for each name */
export function parsePorts(text: string, file: string): Ports {
  let ports: Readonly<Record<string, unknown>> = {};
  try {
    ports = { ...(JSON.parse(text) as object) };
  } catch {
    // Then none of them is there.
  }
  const wrong = portNames.filter((name) => {
    const port = ports[name];
    return typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535;
  });
  if (wrong.length > 0) {
    throw new LabError(
      `${file} has no port for ${wrong.join(", ")}: it was changed by hand or damaged, or is of an earlier Slipway. \`npm run lab -- reset\` makes the lab anew`,
    );
  }
  return Object.fromEntries(portNames.map((name) => [name, ports[name]])) as unknown as Ports;
}

/** Writes the file unless it is there: by a link, which is made whole or not at all, and by one of several only. */
async function claimPorts(file: string, ports: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(ports, null, 2)}\n`, { mode: 0o600 });
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function choose(count: number): Promise<number[]> {
  const found: number[] = [];
  let port = first + Math.floor(Math.random() * (last - first));
  for (let tried = 0; tried < last - first && found.length < count; tried += 1) {
    port = port + 1 < last ? port + 1 : first;
    if (await isFree(port)) found.push(port);
  }
  if (found.length < count)
    throw new LabError(
      `no ${count} free ports between ${first} and ${last} on 127.0.0.1: end what listens there`,
    );
  return found;
}

/** Whether nothing listens on a port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
