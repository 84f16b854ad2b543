/** What processes listen on, as the system sees it. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { attempt } from "./commands.ts";

/** An open port, such as `tcp 127.0.0.1:8080`, and the command line of who has it. */
export interface Listener {
  readonly address: string;
  readonly command: string;
}

/**
 * The listeners of all processes whose command line or environment names a folder.
 * On Linux by /proc (https://man7.org/linux/man-pages/man5/proc_pid_net.5.html), elsewhere by lsof.
 */
export async function listenersOf(folder: string): Promise<Listener[]> {
  return process.platform === "linux" ? await byProc(folder) : await byLsof(folder);
}

async function byProc(folder: string): Promise<Listener[]> {
  const sockets = await openSockets();
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      if (!`${command}\0${environment}`.includes(folder)) return [];
      const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
      const links = await Promise.all(
        descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")),
      );
      return links.flatMap((link) => {
        const address = sockets.get(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? "");
        return address === undefined ? [] : [{ address, command: command.replaceAll("\0", " ").trim() }];
      });
    }),
  );
  return found.flat();
}

/** Addresses of sockets that take what comes, by inode: TCP in the state LISTEN, UDP that is connected to nobody. */
async function openSockets(): Promise<Map<string, string>> {
  const sockets = new Map<string, string>();
  for (const [file, state] of [
    ["tcp", "0A"],
    ["tcp6", "0A"],
    ["udp", "07"],
    ["udp6", "07"],
  ] as const) {
    const text = await readFile(`/proc/net/${file}`, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const [, local = "", , actual, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (actual === state) sockets.set(inode, `${file} ${readable(local)}`);
    }
  }
  return sockets;
}

/** `0100007F:1F90` is 127.0.0.1:8080; what has more than four bytes stays as it is, but for this machine's own. */
function readable(local: string): string {
  const [address = "", port = ""] = local.split(":");
  const bytes = (address.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  const name = bytes.length === 4 ? bytes.reverse().join(".") : (own6.get(address) ?? address);
  return `${name}:${Number.parseInt(port, 16)}`;
}

/** This machine's own addresses in IPv6, as /proc writes them. */
const own6 = new Map([
  ["00000000000000000000000001000000", "::1"],
  ["0000000000000000FFFF00000100007F", "127.0.0.1"],
]);

async function byLsof(folder: string): Promise<Listener[]> {
  const env = { PATH: process.env["PATH"] ?? "" };
  const list = await attempt(env, "ps", ["-A", "-E", "-ww", "-o", "pid=,command="]);
  const mine = new Map(
    list.stdout
      .split("\n")
      .filter((line) => line.includes(folder))
      .map((line) => [/\d+/.exec(line)?.[0] ?? "", line.trim()]),
  );
  const { stdout } = await attempt(env, "lsof", ["-nP", "-iTCP", "-sTCP:LISTEN", "-F", "pn"]);
  let pid = "";
  return stdout.split("\n").flatMap((line) => {
    if (line.startsWith("p")) pid = line.slice(1);
    const command = mine.get(pid);
    return line.startsWith("n") && command !== undefined
      ? [{ address: `tcp ${line.slice(1)}`, command }]
      : [];
  });
}
