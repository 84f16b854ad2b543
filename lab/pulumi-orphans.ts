/** Plugins of a Pulumi that was killed: nothing ends them, and what they were doing goes on behind the next one's back. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { commandLineOf, signal, waitGone } from "./process-identity.ts";
import type { LabPaths } from "./paths.ts";

const run = promisify(execFile);

/** Providers, the language host, and the provider of dynamic resources. */
const plugin = /\bpulumi-(?:resource|language)-|\bcmd\/dynamic-provider\b/;

/** Ends the plugins of this lab whose Pulumi is dead; those of a living one are its own. */
export async function endPulumiOrphans({ pulumiHome }: Pick<LabPaths, "pulumiHome">): Promise<void> {
  const { stdout } = await run("ps", ["-A", "-ww", "-o", "pid=,ppid=,command="], {
    maxBuffer: 64 * 2 ** 20,
  });
  const processes = stdout.split("\n").map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  for (const [, pid, parent, command = ""] of processes) {
    if (!plugin.test(command)) continue;
    const above = (await commandLineOf(Number(parent))) ?? "";
    if (/(?:^|\/)pulumi(?: |$)/.test(above)) continue;
    if (!(await hasVariable(Number(pid), `PULUMI_HOME=${pulumiHome}`))) continue;
    signal(Number(pid), "SIGKILL");
    await waitGone(Number(pid), 5_000);
  }
}

/** Whether a process was started with a variable; not so for one that is gone, or somebody else's. */
async function hasVariable(pid: number, variable: string): Promise<boolean> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    return text.split("\0").includes(variable);
  }
  const args = ["-E", "-ww", "-o", "command=", "-p", String(pid)];
  const { stdout } = await run("ps", args).catch(() => ({ stdout: "" }));
  return ` ${stdout.trim()} `.includes(` ${variable} `);
}
