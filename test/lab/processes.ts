/** Processes of this machine, and what they listen on. */
import { run } from "./commands.ts";

/** A living process. */
export interface Process {
  readonly pid: string;
  readonly parent: string;
  readonly command: string;
}

/** Every living process of the machine. */
export async function processes(): Promise<Process[]> {
  const columns = ["-o", "pid=", "-o", "ppid=", "-o", "stat=", "-o", "command="];
  const all = await run({ PATH: process.env["PATH"] ?? "" }, "ps", ["-ww", "-A", ...columns]);
  return all
    .split("\n")
    .map((line) => /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [])
    .filter(([, , , state = "Z"]) => !state.startsWith("Z"))
    .map(([, pid = "", parent = "", , command = ""]) => ({ pid, parent, command }));
}

/** Command lines of living processes that name a lab's folder. */
export async function processesOf(root: string): Promise<string[]> {
  return (await processes()).map(({ command }) => command).filter((command) => command.includes(`${root}/`));
}
