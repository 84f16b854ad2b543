/** Kills commands at a point of their work. */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { run, type Command } from "./commands.ts";

/** A command that runs. */
interface Started {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly output: () => string;
}

/**
 * Runs a command, and kills it and the Pulumi in it, by SIGKILL, when it says something. Pulumi's plugins live on, as
 * they do.
 *
 * @throws when it ends without having said so
 */
export function killedWhenItSays(doomed: Command, said: RegExp): Promise<void> {
  return killedOnce(doomed, String(said), pulumiOnly, ({ child, output }) => {
    return new Promise((resolve) => {
      const look = () => said.test(output()) && resolve(undefined);
      child.stdout?.on("data", look);
      child.stderr?.on("data", look);
    });
  });
}

/** The same, when something has come about. */
export function killedWhen(doomed: Command, what: string, happens: () => Promise<unknown>): Promise<void> {
  return killedOnce(doomed, what, pulumiOnly, happens);
}

/**
 * Runs a command, and kills it with all that it has started, as when the machine is lost, once the Git host has carried
 * out a write; the answer never arrives.
 *
 * @throws when it ends without having written that
 */
export function killedAfterWrite(doomed: Command, host: WatchedHost, write: RegExp): Promise<void> {
  const written = host.next(write);
  return killedOnce(doomed, String(write), /./, () => written);
}

const pulumiOnly = /(?:^|\/)pulumi /;

async function killedOnce(
  doomed: Command,
  what: string,
  others: RegExp,
  happens: (started: Started) => Promise<unknown>,
): Promise<void> {
  const { command, args, env, cwd } = doomed;
  const child = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const add = (chunk: Buffer) => (text += chunk.toString());
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  const ended = new Promise<boolean>((resolve) => child.once("exit", () => resolve(false)));
  const happened = happens({ child, output: () => text }).then(() => true);
  if (!(await Promise.race([happened, ended])))
    throw new Error(`${command} ${args.join(" ")} ended without ${what}:\n${text}`);
  await kill(child, others);
  await ended;
}

/** A process of this machine. */
interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

async function processes(): Promise<Row[]> {
  const args = ["-A", "-ww", "-o", "pid=,ppid=,command="];
  return (await run({ PATH: process.env["PATH"] ?? "" }, "ps", args))
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((row) => row !== null)
    .map(([, pid, parent, command = ""]) => ({ pid: Number(pid), parent: Number(parent), command }));
}

/** Command lines of processes that run, with a text in them. */
export async function running(text: string): Promise<string[]> {
  const all = (await processes()).map(({ command }) => command);
  return all.filter((command) => command.includes(text));
}

/** Ends a process, and those below it whose command lines are chosen. Whoever starts others goes before them. */
async function kill(child: ChildProcess, chosen: RegExp): Promise<void> {
  const rows = await processes();
  const below = (parent: number): number[] =>
    rows
      .filter((row) => row.parent === parent)
      .flatMap(({ pid, command }) => [...(chosen.test(command) ? [pid] : []), ...below(pid)]);
  const others = below(child.pid ?? -1);
  child.kill("SIGKILL");
  for (const pid of others) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}

/** A write that is waited for. */
interface Watch {
  wanted?: { readonly write: RegExp; readonly seen: () => void };
}

/** The Git host, seen through a proxy that can keep an answer back. */
export class WatchedHost {
  /** Address of the proxy, in the form of the host's. */
  readonly url: string;
  readonly #close: () => void;
  readonly #watch: Watch;

  private constructor(url: string, close: () => void, watch: Watch) {
    this.url = url;
    this.#close = close;
    this.#watch = watch;
  }

  static async start(target: string): Promise<WatchedHost> {
    const watch: Watch = {};
    const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const { method = "GET", url = "/", headers } = incoming;
      const onward = request(new URL(url, target), { method, headers }, (answer) => {
        const { wanted } = watch;
        if (wanted?.write.test(`${method} ${url}`) === true) {
          delete watch.wanted;
          answer.resume().once("end", wanted.seen);
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      });
      onward.once("error", () => outgoing.destroy());
      incoming.pipe(onward);
    };
    const server = createServer(forward);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const close = () => {
      server.close();
      server.closeAllConnections();
    };
    return new WatchedHost(`http://127.0.0.1:${port}/`, close, watch);
  }

  /** Waits for the next such write, as in `POST /api/v3/…`; it is carried out, and its answer kept back. */
  next(write: RegExp): Promise<void> {
    return new Promise((seen) => (this.#watch.wanted = { write, seen }));
  }

  end(): void {
    this.#close();
  }
}
