/** The lab's own Pulumi: a home, a backend on disk, and the stacks in it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readIfPresent, writeAtomically } from "./files.ts";
import type { LabPaths } from "./paths.ts";

const run = promisify(execFile);

/** The project's name in Pulumi.yaml; the backend files stacks under it. */
export const project = "slipway";

/** Passphrase of the lab's stacks. It protects nothing but the lab's own throw-away keys, so everybody may know it. */
export const passphrase = "slipway-lab";

/**
 * Where the lab's Pulumi keeps its state. Without metadata: Pulumi writes a file of them beside each state, not in one
 * step, and reads no state whose metadata are half written, as a kill may leave them.
 *
 * @see https://pkg.go.dev/gocloud.dev/blob/fileblob#URLOpener
 */
export const backendUrl = ({ pulumiState }: Pick<LabPaths, "pulumiState">): string =>
  `file://${pulumiState}?metadata=skip`;

/** Makes the stacks that have a file in the checkout known to the lab's backend. Nothing in the checkout is touched. */
export async function ensureStacks(paths: LabPaths, pulumi: string, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(paths.pulumiState, { recursive: true, mode: 0o700 });
  await switchOffLogs(paths.pulumiHome);
  for (const stack of await stacksOf(paths.checkout)) {
    const state = join(paths.pulumiState, ".pulumi", "stacks", project, `${stack}.json`);
    if ((await readIfPresent(state)) !== undefined) continue;
    const folder = await mkdtemp(join(tmpdir(), "slipway-stack-"));
    try {
      await writeFile(join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
      await run(pulumi, ["stack", "init", stack, "--no-select", "--non-interactive"], { cwd: folder, env });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/**
 * Pulumi writes 10 MiB of log at every command, whether asked for or not, from before it knows what is secret; that
 * takes a third of its processor time. It has no switch for it, but goes without where `logs` is not a folder.
 * What `--logtostderr` asks for is not touched.
 */
async function switchOffLogs(pulumiHome: string): Promise<void> {
  const logs = join(pulumiHome, "logs");
  const found = await stat(logs).catch(() => undefined);
  if (found?.isFile() === true) return;
  await rm(logs, { recursive: true, force: true });
  await writeAtomically(
    logs,
    "A file of this name keeps Pulumi from writing logs here; see lab/stacks.ts.\n",
  );
}

/** The stacks of a project: those with a file `Pulumi.STACK.yaml`. */
async function stacksOf(checkout: string): Promise<string[]> {
  const names = (await readdir(checkout)).map((name) => /^Pulumi\.([A-Za-z0-9_-]+)\.yaml$/.exec(name)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}
