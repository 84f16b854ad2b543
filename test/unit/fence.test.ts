import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fenceProblems } from "../../config/fence.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-fence-"));
const local = join(folder, "local");
const real = join(folder, "real");
const broken = join(folder, "broken");

function kubeconfig(name: string, cluster: Record<string, string>): string {
  const contexts = [{ name, context: { cluster: name } }];
  return JSON.stringify({ clusters: [{ name, cluster }], contexts, "current-context": name });
}

beforeAll(() => {
  writeFileSync(local, kubeconfig("lab", { server: "https://127.0.0.1:6443" }));
  writeFileSync(real, kubeconfig("prod", { server: "https://k8s.example:6443" }));
  writeFileSync(
    join(folder, "proxied"),
    kubeconfig("lab", { server: "https://127.0.0.1:1", "proxy-url": "http://a.example" }),
  );
  writeFileSync(broken, "{");
});
afterAll(() => rmSync(folder, { recursive: true }));

const git = { baseUrl: "http://127.0.0.1:8080/" };
const problems = (raw: Record<string, unknown>, KUBECONFIG: string, only = "true") =>
  fenceProblems(raw, { KUBECONFIG, SLIPWAY_ONLY_LOCAL: only }).map(
    ({ key, message }) => `${key}: ${message}`,
  );

test.each<[string, Record<string, unknown>, string, string]>([
  [
    "a host elsewhere",
    { git: { baseUrl: "https://api.github.com/" } },
    local,
    'git.baseUrl: got "https://api.github.com/", and',
  ],
  [
    "a name that begins like this machine's",
    { git: { baseUrl: "https://127.0.0.1.example/" } },
    local,
    "git.baseUrl: got",
  ],
  [
    "the current context",
    { git },
    real,
    'cluster.context: got "prod", which leads to "https://k8s.example:6443"',
  ],
  [
    "a named context",
    { git, cluster: { context: "prod" } },
    local + delimiter + real,
    'got "prod", which leads to',
  ],
  [
    "a context that is not there",
    { git, cluster: { context: "x" } },
    local,
    'got "x", which leads to no cluster',
  ],
  ["a proxy", { git }, join(folder, "proxied"), 'leads to "http://a.example"'],
  ["a kubeconfig that cannot be read", { git }, broken, "leads to no cluster"],
])("where only this machine may be, %s is refused with its key", (_, raw, path, expected) => {
  const found = problems(raw, path);
  expect(found.join("\n")).toContain(expected);
  expect(found.join("\n")).toContain("SLIPWAY_ONLY_LOCAL is set");
  expect(found).toHaveLength(1);
  expect(problems(raw, path, "")).toEqual([]);
});

test("this machine is fine, by any of its names, and of several files the first that names a thing counts", () => {
  for (const baseUrl of ["http://localhost:1/", "http://127.0.0.2/", "http://[::1]:1/"]) {
    expect(problems({ git: { baseUrl } }, local + delimiter + real)).toEqual([]);
  }
  expect(problems({ git, cluster: { context: "lab" } }, real + delimiter + local)).toEqual([]);
});

test("what is wrong in itself is left to the schema", () => {
  expect(problems({ git: { baseUrl: "nonsense" }, cluster: 7 }, local)).toEqual([]);
});
