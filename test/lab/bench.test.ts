/** The bench takes its figures in a lab of its own, and leaves nothing behind. No figure is judged here. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Result } from "../../bench/result.ts";
import { cleanEnvironment } from "../../lab/environment.ts";
import { checkout } from "../../lab/paths.ts";

let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "slipway-scratch-"));
});

afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** What the bench left among the temporary files; those of the tools that it runs are not its own. */
const leftovers = async () => (await readdir(scratch)).filter((name) => name.startsWith("slipway"));

/** Runs the bench with a folder of the test's for temporary files, and Ctrl-C when it says something. */
async function bench(args: readonly string[], interruptAt?: string): Promise<{ code: number; said: string }> {
  const env = { ...cleanEnvironment(), TMPDIR: scratch };
  const child = spawn(process.execPath, ["bench/cli.ts", ...args], { cwd: checkout, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      const before = said;
      said += chunk.toString();
      if (interruptAt !== undefined && !before.includes(interruptAt) && said.includes(interruptAt))
        child.kill("SIGINT");
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
  return { code, said };
}

test("figures are kept where they are told to, and the lab is gone afterwards", async () => {
  const page = await readFile(join(checkout, "docs", "performance.md"), "utf8");
  const results = await mkdtemp(join(tmpdir(), "slipway-results-"));
  try {
    const { code, said } = await bench(["preview", "state", "--runs", "1", "--results", results]);
    expect(code, said).toBe(0);
    expect((await readdir(results)).sort()).toEqual(["preview.json", "state.json"]);
    const preview = JSON.parse(await readFile(join(results, "preview.json"), "utf8")) as Result;
    expect(preview.rows.map(({ samples }) => samples.length)).toEqual([1, 1, 1, 1, 1]);
    expect(preview.rows.flatMap(({ samples }) => samples).every((sample) => sample > 0)).toBe(true);
    expect(preview.versions.slipway).toMatch(/^[0-9a-f]{10}\+?$|^no commit$/);
    expect(said).toContain("preview without change");
  } finally {
    await rm(results, { recursive: true, force: true });
  }
  expect(await leftovers()).toEqual([]);
  expect(await readFile(join(checkout, "docs", "performance.md"), "utf8")).toBe(page);
});

test("Ctrl-C ends it, and its lab with it", async () => {
  const { code, said } = await bench(["up", "--runs", "1"], "which is not counted");
  expect(code, said).toBe(130);
  expect(said).toContain("The bench's lab is gone");
  expect(await leftovers()).toEqual([]);
});
