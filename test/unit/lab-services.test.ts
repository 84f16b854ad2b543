import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { isServiceRunning, servicePid, startService, stopService, type Service } from "../../lab/services.ts";

const roots: { services: string; logs: string }[] = [];
afterEach(async () => {
  for (const folders of roots.splice(0)) {
    await stopService(folders, "it");
    rmSync(join(folders.logs, ".."), { recursive: true, force: true });
  }
});

function lab(): { services: string; logs: string } {
  const root = mkdtempSync(join(tmpdir(), "slipway-services-"));
  const folders = { services: join(root, "services"), logs: join(root, "logs") };
  roots.push(folders);
  return folders;
}

const service = (script: string): Service => ({
  name: "it",
  command: process.execPath,
  args: ["--eval", script],
  env: { MARK: "only this" },
});
const serving = `console.log("ready"); console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)`;

test("a service is started once, with its own environment only, and is gone after its end", async () => {
  const folders = lab();
  expect(await startService(folders, service(serving))).toBe("started");
  const pid = await servicePid(folders, "it");
  expect(await startService(folders, service(serving))).toBe("running");
  expect(await servicePid(folders, "it")).toBe(pid);
  await expect
    .poll(() => readFileSync(join(folders.logs, "it.log"), "utf8"))
    .toContain(`{"MARK":"only this"`);
  await stopService(folders, "it");
  expect(await isServiceRunning(folders, "it")).toBe(false);
  // Its parent, this test, may not have collected it yet.
  await expect
    .poll(() => {
      try {
        return process.kill(pid ?? 0, 0);
      } catch {
        return "gone";
      }
    })
    .toBe("gone");
});

test("a service that ends instead of serving is an error with the end of its log, and leaves no record", async () => {
  const folders = lab();
  const failing = service(`console.error("no port for me"); process.exit(3)`);
  await expect(startService(folders, failing)).rejects.toThrow(/exit code 3[\s\S]*no port for me/);
  expect(existsSync(join(folders.services, "it.json"))).toBe(false);
});

test("what a log said at an earlier start does not count as ready", async () => {
  const folders = lab();
  mkdirSync(folders.logs, { recursive: true });
  writeFileSync(join(folders.logs, "it.log"), "ready long ago\n");
  await expect(startService(folders, service("process.exit(1)"))).rejects.toThrow(/did not start/);
});

test("a process that has got the number of a service that died is neither taken for it nor ended", async () => {
  const folders = lab();
  mkdirSync(folders.services, { recursive: true });
  const record = { pid: process.pid, commandLine: "node main.ts" };
  writeFileSync(join(folders.services, "it.json"), JSON.stringify(record));
  expect(await servicePid(folders, "it")).toBeUndefined();
  await stopService(folders, "it");
  expect(existsSync(join(folders.services, "it.json"))).toBe(false);
});
