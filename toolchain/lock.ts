import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "./errors.ts";

/** Who holds a lock. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, by the kernel's count: process ids are used again. Empty where that is unknown. */
  readonly started: string;
}

export interface LockOptions {
  /** Called once when somebody else holds the lock. */
  readonly onWait?: (pid: number) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks. Default 500. */
  readonly pollMs?: number;
}

/** A holder on another machine is believed dead when its lock has not been touched for so long. */
const staleMs = 60_000;

/**
 * Runs `work` while holding a lock directory. A lock whose holder no longer lives is taken over; so nothing has to be
 * removed by hand after a crash.
 *
 * Taking over has a window of some microseconds in which two processes may both believe that they hold the lock. What
 * is locked here stays right even then, since results are put in place by rename; the lock saves work.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await acquire(path, options);
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, staleMs / 6);
  touch.unref();
  try {
    return await work();
  } finally {
    clearInterval(touch);
    await rm(path, { recursive: true, force: true });
  }
}

async function acquire(path: string, { onWait, signal, pollMs = 500 }: LockOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // The owner's file is inside before the directory gets its name: a lock is never without an owner.
  const mine = `${path}.${process.pid}-${randomUUID()}`;
  await mkdir(mine);
  const owner: Owner = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  await writeFile(join(mine, "owner.json"), JSON.stringify(owner));
  let told = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        await rename(mine, path);
        return;
      } catch (error) {
        const code = codeOf(error);
        if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") throw error;
      }
      const holder = await readOwner(path);
      if (holder === undefined || !(await lives(holder, path))) {
        await takeAway(path);
        continue;
      }
      if (!told) onWait?.(holder.pid);
      told = true;
      await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    await rm(mine, { recursive: true, force: true });
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(path, "owner.json"), "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

async function lives(owner: Owner, path: string): Promise<boolean> {
  if (owner.host !== hostname()) {
    const touched = await stat(path).catch(() => undefined);
    return touched !== undefined && Date.now() - touched.mtimeMs < staleMs;
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    if (codeOf(error) !== "EPERM") return false;
  }
  return owner.started === (await startOf(owner.pid));
}

/** Linux: field 22 of /proc/PID/stat, counted after the name, which may contain spaces. Else empty. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

/** By rename first: of several that find the same dead lock, one gets it. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.dead-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return;
  }
  await rm(aside, { recursive: true, force: true });
}
