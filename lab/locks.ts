/** What a killed Pulumi leaves in the lab's backend: a lock, and things that its state does not know. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { commandLineOf } from "./process-identity.ts";
import { LabError } from "./errors.ts";
import { readIfPresent, writeAtomically } from "./files.ts";
import type { LabPaths } from "./paths.ts";
import { awaitDeletions } from "./pending-deletes.ts";
import { settlePendingCreates, type ExportedState, type StateResource } from "./pending-creates.ts";
import { endPulumiOrphans } from "./pulumi-orphans.ts";
import { numberedId } from "./pending-ids.ts";
import { project } from "./stacks.ts";

const run = promisify(execFile);

/** Who holds a lock of Pulumi's file backend. */
interface Holder {
  readonly pid?: number;
  readonly hostname?: string;
}

/**
 * Brings a stack whose Pulumi was killed to where an `up --refresh` goes on: ends its plugins, releases its lock, waits for
 * what it was deleting, and enters what it was creating. Pulumi's file backend does neither:
 * https://www.pulumi.com/docs/iac/concepts/state-and-backends/#state-locking
 *
 * @param env the lab's environment
 * @returns whether there was something to mend
 * @throws LabError when a living Pulumi works on the stack
 */
export async function releaseDeadLocks(
  paths: LabPaths,
  stack: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<boolean> {
  const locked = await isLocked(paths, stack);
  const pulumi = (...args: string[]) =>
    run("pulumi", [...args, "--stack", stack, "--non-interactive"], {
      cwd: paths.checkout,
      env,
      maxBuffer: 256 * 2 ** 20,
    });
  if (locked) {
    say(`A Pulumi that worked on the stack ${stack} was killed: releasing its lock.`);
    await endPulumiOrphans(paths);
    await pulumi("cancel", "--yes");
  }
  // Read as a file first: asking Pulumi takes a second, and it is nearly always in vain.
  const text = await readState(paths, stack);
  if (text === undefined || !text.includes('"pending_operations"')) return locked;
  const { stdout } = await pulumi("stack", "export");
  const state = JSON.parse(stdout) as ExportedState;
  const operations = state.deployment.pending_operations ?? [];
  const under = (way: string) =>
    operations.filter(({ type }) => type === way).map(({ resource }) => resource);
  const [creating, deleting] = [under("creating"), under("deleting")];
  if (deleting.length > 0) {
    say(`It was deleting ${deleting.map(nameOf).join(", ")}: waiting for what is on its way out.`);
    await awaitDeletions(deleting, env);
  }
  if (creating.length === 0) return locked;
  say(`It was creating ${creating.map(nameOf).join(", ")}: looking what there is.`);
  const settled = await settlePendingCreates(state, (resource) => numberedId(resource, env));
  const file = join(paths.stacks, `${stack}-settled.json`);
  await writeAtomically(file, JSON.stringify(settled));
  await pulumi("stack", "import", "--file", file);
  return true;
}

/** The text of a stack's state; nothing if there is no such stack. @throws LabError when it is damaged */
async function readState(paths: LabPaths, stack: string): Promise<string | undefined> {
  const file = join(paths.pulumiState, ".pulumi", "stacks", project, `${stack}.json`);
  const text = await readIfPresent(file);
  try {
    if (text !== undefined) JSON.parse(text);
  } catch {
    // Pulumi writes over its state and over its one copy of it; neither outlives a write that the disk has no room for.
    throw new LabError(
      `Pulumi's state of the stack ${stack} is damaged, as a full disk leaves it (${file}): ` +
        "`npm run lab -- reset` makes the lab anew",
    );
  }
  return text;
}

/** @throws LabError when the lock's holder lives */
async function isLocked(paths: LabPaths, stack: string): Promise<boolean> {
  const folder = join(paths.pulumiState, ".pulumi", "locks", "organization", project, stack);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  for (const name of names) {
    const { pid, hostname: host } = await holderOf(join(folder, name));
    const elsewhere = host !== undefined && host !== hostname();
    const command = pid === undefined ? undefined : await commandLineOf(pid);
    if (elsewhere || (command !== undefined && /\bpulumi\b/.test(command))) {
      throw new LabError(
        `another Pulumi works on the stack ${stack} (process ${pid ?? "?"} on ${host ?? "?"}): wait for it to end, or end it`,
      );
    }
  }
  return names.length > 0;
}

/** What a lock says; a half-written one says nothing. */
async function holderOf(file: string): Promise<Holder> {
  try {
    return JSON.parse((await readIfPresent(file)) ?? "{}") as Holder;
  } catch {
    return {};
  }
}

const nameOf = ({ urn }: StateResource) => urn.split("::").at(-1) ?? urn;
