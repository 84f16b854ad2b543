/** Which process listens on a port. */
import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { commandLineOf } from "./process-identity.ts";

/** A process and what was typed to start it. */
export interface PortHolder {
  readonly pid: number;
  readonly commandLine: string;
}

/** The process that listens on a TCP port; nothing where that cannot be seen, as with another user's processes. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  const pid = process.platform === "linux" ? await fromProc(port) : await fromLsof(port);
  const commandLine = pid === undefined ? undefined : await commandLineOf(pid);
  return pid === undefined || commandLine === undefined ? undefined : { pid, commandLine };
}

/** Linux: the listening socket's inode from the table of sockets, and the process that has it open. https://man7.org/linux/man-pages/man5/proc_net.5.html */
async function fromProc(port: number): Promise<number | undefined> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const inode of listening(await readFile(table, "utf8").catch(() => ""), port))
      inodes.add(`socket:[${inode}]`);
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      if (inodes.has(await readlink(`/proc/${pid}/fd/${file}`).catch(() => ""))) return Number(pid);
    }
  }
  return undefined;
}

/** Inodes of the sockets of a port that are in the state LISTEN (0A). */
export function listening(table: string, port: number): string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(end) === true && fields[3] === "0A")
    .map((fields) => fields[9] ?? "");
}

async function fromLsof(port: number): Promise<number | undefined> {
  return await new Promise((resolve) => {
    execFile("lsof", ["-nP", "-t", `-iTCP:${port}`, "-sTCP:LISTEN"], (error, stdout) => {
      const pid = Number.parseInt(stdout, 10);
      resolve(error === null && Number.isInteger(pid) ? pid : undefined);
    });
  });
}
