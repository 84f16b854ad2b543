import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readArguments } from "../../bench/arguments.ts";
import { cpuSeconds, timed } from "../../bench/commands.ts";
import { growthStack, syncsEach, type StackFile } from "../../bench/growth-stack.ts";
import { phases, resourceCount } from "../../bench/phases.ts";
import type { Result } from "../../bench/result.ts";
import { bend, ratios, summary } from "../../bench/statistics.ts";
import { markers, withFigures } from "../../bench/table.ts";
import { githubKnownHosts } from "../../components/git/github/hosts.ts";
import { validateStack } from "../../config/validate.ts";

describe("statistics", () => {
  test.each([
    [[3], { minimum: 3, median: 3, maximum: 3 }],
    [[5, 1, 3], { minimum: 1, median: 3, maximum: 5 }],
    [[4, 1, 10, 2], { minimum: 1, median: 3, maximum: 10 }],
  ])("of %j are the least, the middle and the most", (samples, expected) => {
    expect(summary(samples)).toEqual(expected);
  });

  test("of nothing are an error", () => {
    expect(() => summary([])).toThrow("no samples");
  });

  test("ratios are taken pair by pair", () => {
    expect(ratios([3, 8], [1, 4])).toEqual([3, 2]);
    expect(() => ratios([1], [])).toThrow("no pairs");
  });

  test("growth is 1 where it is linear, more where it bends upwards, and unknown of two sizes", () => {
    const linear = [1, 10, 50].map((size) => ({ size, cost: 5 + 2 * size }));
    const square = [1, 10, 50].map((size) => ({ size, cost: size ** 2 }));
    expect(bend(linear)).toBeCloseTo(1);
    expect(bend(square)).toBeGreaterThan(5);
    expect(bend(linear.slice(1))).toBeUndefined();
  });
});

describe("commands", () => {
  test("are told with every line they print, and with their processor time", async () => {
    const env = { PATH: process.env["PATH"] ?? "" };
    const { lines, seconds } = await timed(env, "sh", ["-c", "echo one; echo two"]);
    expect(lines.map(({ text }) => text)).toEqual(["one", "two"]);
    expect(seconds).toBeGreaterThanOrEqual(lines[1]?.seconds ?? Infinity);
    expect(cpuSeconds("0m0.25s 0m0.5s\n1m2s 0m1.25s\n")).toBe(64);
  });

  test("that fail are an error with what they said", async () => {
    const env = { PATH: process.env["PATH"] ?? "" };
    await expect(timed(env, "sh", ["-c", "echo why >&2; exit 3"])).rejects.toThrow(/ended with 3:\n {2}why/);
  });

  test("end when they are interrupted", async () => {
    const env = { PATH: process.env["PATH"] ?? "" };
    const controller = new AbortController();
    const running = timed(env, "sh", ["-c", "sleep 600"], { signal: controller.signal });
    controller.abort(new Error("interrupted"));
    await expect(running).rejects.toThrow("interrupted");
  });
});

describe("phases", () => {
  const line = (seconds: number, text: string) => ({ seconds, text });
  const up = [
    line(0.5, " +  pulumi:pulumi:Stack slipway-dev creating (0s) "),
    line(1, " +  slipway:index:Platform platform creating (0s) "),
    line(1.5, " +  github:index:Repository helm creating (0s) "),
    line(2, " +  kubernetes:core/v1:Namespace flux-namespace-flux-system creating (0s) "),
    line(3, " +  kubernetes:apps/v1:Deployment flux-deployment-a creating (0s) "),
    line(3.5, " +  pulumi:index:Stash helm-first-commit created (1s) "),
    line(5, " +  kubernetes:apps/v1:Deployment flux-deployment-a created (2s) "),
    line(6, " +  kubernetes:source.toolkit.fluxcd.io/v1:GitRepository dev-repository created (1s) "),
    line(7, " +  kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization dev-app created (1s) "),
  ];

  test("are the whole, and the work on the Git host is beside them", () => {
    const { parts, beside } = phases(up, 7.5);
    expect(parts.map(({ seconds }) => seconds)).toEqual([0.5, 0.5, 1, 1, 2, 1, 1, 0.5]);
    expect(beside.seconds).toBe(2);
  });

  test("of a run that created nothing are an error", () => {
    expect(() => phases([], 1)).toThrow("did not create the stack");
  });
});

test("the number of resources is what Pulumi says at the end", () => {
  const lines = (...texts: string[]) => texts.map((text) => ({ seconds: 0, text }));
  expect(resourceCount(lines("Resources:", "    + 81 created"))).toBe(81);
  expect(resourceCount(lines("Resources:", "    81 unchanged"))).toBe(81);
  expect(() => resourceCount(lines("Resources:"))).toThrow("how many resources");
});

describe("a stack that grows", () => {
  const base = parse(readFileSync("Pulumi.dev.yaml", "utf8")) as StackFile;

  test.each([1, 12])("is a valid configuration with %i environments", (size) => {
    const { config } = growthStack(base, size, "http://127.0.0.1:1/acme/extras.git");
    const git = {
      kind: "github",
      owner: "acme",
      baseUrl: "http://127.0.0.1:1/",
      knownHosts: githubKnownHosts,
    };
    const raw = Object.fromEntries(
      ["cluster", "flux", "repositories", "environments"].map((name) => [name, config[`slipway:${name}`]]),
    );
    const stack = validateStack({ ...raw, git }, ["REGISTRY_PASSWORD"], []);
    const environments = Object.values(stack.environments);
    expect(environments).toHaveLength(size);
    for (const { syncs } of environments) expect(Object.keys(syncs)).toHaveLength(syncsEach);
  });
});

describe("what is typed", () => {
  test("is every figure with five runs, kept, when nothing is", () => {
    expect(readArguments([])).toMatchObject({ runs: 5, sizes: [1, 10, 50], results: "bench/results" });
  });

  test("is not kept where it is less than usual, unless a folder is named", () => {
    expect(readArguments(["--runs", "1"]).results).toBeUndefined();
    expect(readArguments(["--growth", "1,3"]).results).toBeUndefined();
    expect(readArguments(["up", "--runs", "1", "--results", "x"])).toMatchObject({
      figures: ["up"],
      results: "x",
    });
  });

  test.each([
    [["speed"], "there is no figure speed: there are up,"],
    [["--runs", "none"], '--runs: got "none"'],
    [["--growth", "10,1"], "does not grow"],
    [["--fast"], "--fast"],
  ])("%j is refused", (words, message) => {
    expect(() => readArguments(words)).toThrow(message);
  });
});

describe("the table", () => {
  const result: Result = {
    name: "preview",
    heading: "A preview",
    taken: "2026-01-02T03:04:05.000Z",
    machine: { cpu: "a cpu", cores: 2, memoryGiB: 8, system: "Linux" },
    versions: {
      slipway: "abc",
      node: "v1",
      pulumi: "v2",
      kubernetes: "v3",
      flux: "v4",
      providers: { tls: "5" },
    },
    load: 0.1,
    rows: [
      { what: "it", unit: "s", samples: [1, 2, 12.34], aim: 1.5 },
      { what: "  a part", unit: "×", samples: [1.5], aim: 1.5 },
    ],
  };

  test("replaces what is between the markers, and nothing else", () => {
    const page = withFigures(`before\n${markers.begin}\nold\n${markers.end}\nafter\n`, [result]);
    expect(page).toMatch(/^before\n/);
    expect(page).toMatch(/\nafter\n$/);
    expect(page).not.toContain("old");
    expect(page).toMatch(/\| it +\| 1 s +\| 2 s +\| 12\.3 s +\| 3 +\| ≤ 1\.50 s: not met +\|/);
    expect(page).toMatch(/\| · a part +\| 1\.50 × .*≤ 1\.50 ×: met/);
    expect(page).not.toContain("busy");
    expect(withFigures(page, [{ ...result, load: 1.5 }])).toContain("busy");
    expect(withFigures(page, [result])).toBe(page);
  });

  test("needs its place in the page", () => {
    expect(() => withFigures("no markers", [result])).toThrow('no "<!-- The figures');
  });
});
