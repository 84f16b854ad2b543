/** Locks of the lab's backend that a killed Pulumi left behind. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { commandLineOf } from "./cluster/process-identity.ts";
import { readIfPresent } from "./files.ts";
import type { LabPaths } from "./paths.ts";
import { project } from "./stacks.ts";

const run = promisify(execFile);

/**
 * Releases a stack's lock if the Pulumi that took it is dead. Pulumi's file backend does not look:
 * https://www.pulumi.com/docs/iac/concepts/state-and-backends/#state-locking
 *
 * @returns whether there was such a lock, so that the state may not know all that was made
 * @throws when a living Pulumi holds the lock
 */
export async function releaseDeadLocks(
  paths: LabPaths,
  stack: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<boolean> {
  const folder = join(paths.pulumiState, ".pulumi", "locks", "organization", project, stack);
  const locks = await readdir(folder).catch(() => [] as string[]);
  for (const name of locks.filter((file) => file.endsWith(".json"))) {
    const lock = JSON.parse((await readIfPresent(join(folder, name))) ?? "{}") as {
      pid?: number;
      hostname?: string;
    };
    const elsewhere = lock.hostname !== undefined && lock.hostname !== hostname();
    const holder = lock.pid === undefined ? undefined : await commandLineOf(lock.pid);
    if (elsewhere || (holder !== undefined && /\bpulumi\b/.test(holder))) {
      throw new Error(
        `another Pulumi works on the stack ${stack} (process ${lock.pid ?? "?"} on ${lock.hostname ?? "?"}): wait for it to end, or end it`,
      );
    }
  }
  if (locks.length === 0) return false;
  say(
    `An earlier Pulumi was killed while it worked on the stack ${stack}: releasing its lock, and comparing its state with the world.`,
  );
  await run("pulumi", ["cancel", "--stack", stack, "--yes"], { cwd: paths.checkout, env });
  return true;
}
