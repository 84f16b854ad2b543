import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { builds, type Build } from "../../toolchain/builds.ts";
import { ToolCache } from "../../toolchain/cache.ts";
import { checkDisk } from "../../toolchain/disk.ts";
import type { GoSetup } from "../../toolchain/go.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-toolchain-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const go: GoSetup = {
  binary: "/go",
  version: "1.26.8",
  env: {},
  moduleCache: join(folder, "modules"),
  buildCache: join(folder, "gocache"),
  proxy: "",
};
const cache = new ToolCache(join(folder, "cache"), { os: "linux", arch: "amd64" });

/** The same builds, with binaries so large that no disk has room. */
const endless = (some: readonly Build[]): Build[] => some.map((build) => ({ ...build, mebibytes: 1e15 }));

test("a disk without room for what has to be kept is refused before anything is built", async () => {
  await expect(checkDisk(endless(builds), builds, go, cache)).rejects.toThrow(
    /Building takes up to .*Make room/s,
  );
});

test("a disk with room is nothing to speak of, and folders that are not there yet do not matter", async () => {
  const tiny = builds.slice(1, 2);
  mkdirSync(join(go.moduleCache, tiny[0]?.landmark ?? ""), { recursive: true });
  await expect(checkDisk(tiny, builds, go, cache)).resolves.toBeUndefined();
});
