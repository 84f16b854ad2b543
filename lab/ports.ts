/** The lab's ports: chosen when the lab is made, and kept, since addresses with them are in Git, in the cluster and in states. */
import { createServer } from "node:net";
import { readIfPresent, writeAtomically } from "./files.ts";

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
}

const names = [
  "apiserver",
  "etcd",
  "etcdPeer",
  "controllerManager",
  "scheduler",
  "kwok",
  "gitHttp",
  "gitSsh",
] as const satisfies (keyof Ports)[];

/** Below the range that systems hand out by themselves (32768 and up on Linux, 49152 on macOS). */
const first = 20_000;
const last = 32_000;

/** The ports of a lab, chosen anew if it has none yet. */
export async function labPorts(file: string): Promise<Ports> {
  const kept = await readIfPresent(file);
  if (kept !== undefined) return JSON.parse(kept) as Ports;
  const ports = await choose(names.length);
  const chosen = Object.fromEntries(names.map((name, index) => [name, ports[index]])) as unknown as Ports;
  await writeAtomically(file, `${JSON.stringify(chosen, null, 2)}\n`);
  return chosen;
}

async function choose(count: number): Promise<number[]> {
  const found: number[] = [];
  let port = first + Math.floor(Math.random() * (last - first));
  for (let tried = 0; tried < last - first && found.length < count; tried += 1) {
    port = port + 1 < last ? port + 1 : first;
    if (await isFree(port)) found.push(port);
  }
  if (found.length < count)
    throw new Error(`no ${count} free ports between ${first} and ${last} on 127.0.0.1`);
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
