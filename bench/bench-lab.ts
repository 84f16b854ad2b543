/** The bench's own lab: away from the user's, and gone at the end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labEnvironment } from "../lab/environment.ts";
import { openLab, reset, up, type Lab } from "../lab/lab.ts";
import { labPaths } from "../lab/paths.ts";
import type { Progress } from "../toolchain/index.ts";
import { output, timed, type Env, type Timed } from "./commands.ts";

/** Salt of the lab's passphrase, which is public: a stack's file that has it is not changed by Pulumi. */
export { encryptionSalt } from "../lab/pulumi-command.ts";

/** What figures are taken with. */
export interface Bench {
  readonly lab: Lab;
  readonly env: Env;
  /** Folder for whatever figures need; it goes with the lab. */
  readonly scratch: string;
  /** How often each thing is measured. */
  readonly runs: number;
  /** Numbers of environments. */
  readonly sizes: readonly number[];
  readonly signal: AbortSignal;
  /** Tells the user how far it is. */
  readonly say: (line: string) => void;
}

/** What the user has chosen, and who is told. */
export type BenchOptions = Pick<Bench, "runs" | "sizes" | "signal" | "say"> & { readonly progress: Progress };

/** Starts a lab, does the work with it, and removes it, whatever the work came to. */
export async function withBench<T>(options: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const { progress, signal, say } = options;
  const root = await mkdtemp(join(tmpdir(), "slipway-bench-"));
  const scratch = await mkdtemp(join(tmpdir(), "slipway-bench-files-"));
  const paths = labPaths(root);
  try {
    say(`A lab of the bench's own, in ${root}:`);
    const lab = await openLab(paths, { progress, signal });
    await up(lab, say);
    return await work({ ...options, lab, env: await labEnvironment(paths, lab.ports), scratch });
  } finally {
    await reset({ paths });
    await rm(root, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs Pulumi on the project, without questions. */
export function pulumi(bench: Bench, ...args: string[]): Promise<Timed> {
  return timed(bench.env, "pulumi", [...args, "--non-interactive"], {
    cwd: bench.lab.paths.checkout,
    signal: bench.signal,
  });
}

/** `pulumi up` of the lab's stack, or of another one with a file of its own. */
export const platformUp = (bench: Bench, stack = "dev", ...more: string[]): Promise<Timed> =>
  pulumi(bench, "up", "--stack", stack, "--yes", "--skip-preview", ...more);

/** The way back. */
export const platformDown = (bench: Bench, stack = "dev", ...more: string[]): Promise<Timed> =>
  pulumi(bench, "destroy", "--stack", stack, "--yes", "--skip-preview", ...more);

export const kubectl = (bench: Bench, ...args: string[]): Promise<string> =>
  output(bench.env, "kubectl", args, undefined, bench.signal);

/** Applies objects as kubectl does on the server's side. */
export function apply(bench: Bench, ...objects: readonly object[]): Promise<Timed> {
  const list = { apiVersion: "v1", kind: "List", items: objects };
  return timed(bench.env, "kubectl", ["apply", "--server-side", "--filename", "-"], {
    input: JSON.stringify(list),
    signal: bench.signal,
  });
}

/** Makes a stack known to the lab's backend, of the project in a folder; the folder's files stay as they are. */
export async function makeStack(bench: Bench, stack: string, project: string): Promise<void> {
  const folder = await mkdtemp(join(bench.scratch, "stack-"));
  await writeFile(join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  await output(
    bench.env,
    "pulumi",
    ["stack", "init", stack, "--no-select", "--non-interactive"],
    folder,
    bench.signal,
  );
}
