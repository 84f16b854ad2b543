import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ToolCache } from "../../toolchain/cache.ts";
import { withLock } from "../../toolchain/lock.ts";

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "slipway-lock-"));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

function lockOf(path: string, owner: { pid: number; host: string; started: string }): void {
  mkdirSync(path);
  writeFileSync(join(path, "owner.json"), JSON.stringify(owner));
}

test("one after the other works under a lock, and it is gone afterwards", async () => {
  const path = join(folder(), "lock");
  let inside = 0;
  const most: number[] = [];
  const work = async (): Promise<void> => {
    inside += 1;
    most.push(inside);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withLock(path, { pollMs: 5 }, work)));
  expect(most).toEqual([1, 1, 1]);
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("the lock of a process that has died is taken over", async () => {
  const path = join(folder(), "lock");
  const dead = spawnSync("true").pid;
  lockOf(path, { pid: dead, host: hostname(), started: "" });
  await expect(withLock(path, {}, () => Promise.resolve("done"))).resolves.toBe("done");
});

test("a lock whose process id now belongs to another process is taken over", async () => {
  const path = join(folder(), "lock");
  lockOf(path, { pid: process.pid, host: hostname(), started: "1" });
  await expect(withLock(path, {}, () => Promise.resolve("done"))).resolves.toBe("done");
});

test("the lock of another machine is left alone while it is touched, and taken over when it is not", async () => {
  const path = join(folder(), "lock");
  lockOf(path, { pid: 1, host: "elsewhere", started: "" });
  const waited: number[] = [];
  const abort = new AbortController();
  const onWait = (pid: number): void => {
    waited.push(pid);
    abort.abort(new Error("gave up"));
  };
  const waiting = withLock(path, { onWait, signal: abort.signal, pollMs: 5 }, () => Promise.resolve("done"));
  await expect(waiting).rejects.toThrow();
  expect(waited).toEqual([1]);

  utimesSync(path, 0, 0);
  await expect(withLock(path, {}, () => Promise.resolve("done"))).resolves.toBe("done");
});

test("a folder of the cache whose making was interrupted is made again, and what was left is removed", async () => {
  const cache = new ToolCache(folder(), { os: "linux", arch: "amd64" });
  const target = cache.folder("kwok", "v1");
  mkdirSync(`${target}.tmp-left`, { recursive: true });
  mkdirSync(target);
  writeFileSync(join(target, "kwok"), "", { mode: 0o755 });
  // No label: whoever wrote this did not get to its end.
  await expect(cache.has(target, "kwok")).resolves.toBe(false);
  const failing = cache.fill(target, ["kwok"], "test", {}, () => Promise.reject(new Error("broken")));
  await expect(failing).rejects.toThrow("broken");
  await cache.fill(target, ["kwok"], "test", {}, (temporary) => {
    writeFileSync(join(temporary, "kwok"), "whole");
    return Promise.resolve();
  });
  await expect(cache.has(target, "kwok")).resolves.toBe(true);
  expect(existsSync(`${target}.tmp-left`)).toBe(false);
  expect(readdirSync(join(target, ".."))).toEqual(["v1"]);
});

test("a full disk is an error that says what to do", async () => {
  const cache = new ToolCache(folder(), { os: "linux", arch: "amd64" });
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  const failing = cache.fill(cache.folder("kwok", "v1"), ["kwok"], "test", {}, () => Promise.reject(full));
  await expect(failing).rejects.toThrow(/The disk is full.*ENOSPC[^]*Make room/);
});
