/**
 * `npm test`: type check, lint, format check and all tests, and at the end `N passed, N failed`.
 * `npm test -- unit components` runs only these suites.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment, labPath } from "../lab/environment.ts";
import { labPaths } from "../lab/paths.ts";
import { explanationOf } from "../lab/errors.ts";
import { binFolder, fluxManifest, fluxReleases, Network, Progress } from "../toolchain/index.ts";
import { labTools, toolFiles } from "../lab/tools.ts";

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

interface Tally {
  passed: number;
  failed: number;
}

/** Checks without tests of their own: each counts as one. */
const checks = [
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint", command: ["eslint", "."] },
  { name: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
];

/** The fast suites, and the one that wants the machine for itself. */
const suites = { fast: ["unit", "components"], slow: ["lab"] };

async function main(wanted: readonly string[]): Promise<number> {
  const tally: Tally = { passed: 0, failed: 0 };
  // First of all, since it may take minutes and a failure of it makes the rest pointless.
  const tools = wanted.length === 0 || wanted.includes("lab") ? await toolsForTests() : {};
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  const runSuites = async (names: readonly string[]) => {
    for (const suite of names.filter(isWanted)) add(tally, await vitest(suite, tools));
  };
  // Side by side on two cores: linting takes as long as the fast suites.
  await Promise.all([isWanted("checks") && runChecks(tally), runSuites(suites.fast)]);
  await runSuites(suites.slow);
  console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

async function runChecks(tally: Tally): Promise<void> {
  for (const { name, command } of checks) {
    const began = Date.now();
    const { code, said } = await finished(command, {}, "pipe");
    const ok = code === 0;
    tally[ok ? "passed" : "failed"] += 1;
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    // In one piece: a suite speaks in between.
    console.log(`${said}${ok ? "✓" : "✗"} ${name} (${seconds} s)`);
  }
}

function add(tally: Tally, more: Tally): void {
  tally.passed += more.passed;
  tally.failed += more.failed;
}

/** Where lab tests find the pinned tools and Flux's manifest. */
async function toolsForTests(): Promise<Record<string, string>> {
  const toolchain = { progress: new Progress(), network: new Network() };
  const tools = await labTools(fluxReleases, toolchain);
  const { path } = await fluxManifest(undefined, toolchain);
  return { SLIPWAY_TOOLS: await binFolder(toolFiles(tools)), SLIPWAY_FLUX_MANIFEST: path };
}

async function vitest(suite: string, tools: Readonly<Record<string, string>>): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-test-"));
  const file = join(folder, "result.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const { code } = await finished(["vitest", "run", "--project", suite, ...reporters], tools, "inherit");
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text === undefined) return { passed: 0, failed: 1 };
    const result = JSON.parse(text) as { numPassedTests: number; numTotalTests: number };
    // A test that was skipped did not pass, and a file that does not load has no tests to fail.
    const failed = result.numTotalTests - result.numPassedTests;
    return { passed: result.numPassedTests, failed: code !== 0 && failed === 0 ? 1 : failed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command of the project's own. @returns what it said, where that is not inherited */
function finished(
  [command = "", ...args]: readonly string[],
  more: Readonly<Record<string, string>>,
  output: "inherit" | "pipe",
): Promise<{ readonly code: number; readonly said: string }> {
  const clean = cleanEnvironment();
  const env = { ...clean, ...kept(), ...more, PATH: labPath(labPaths(), clean["PATH"]) };
  const child = spawn(command, args, { cwd: checkout, env, stdio: ["ignore", output, output] });
  let said = "";
  const keep = (chunk: Buffer) => (said += chunk.toString());
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, said }));
  });
}

/** Settings of Slipway's own, and of the places that tools are fetched from. */
function kept(): Record<string, string> {
  const pattern = /^(SLIPWAY_\w+|GO\w+|XDG_CACHE_HOME|UPDATE_GOLDEN|https?_proxy|no_proxy)$/i;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => pattern.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`test: ${explanationOf(error)}`);
  process.exitCode = 1;
}
