/**
 * The npm commands in a fresh checkout, typed by a user whose own settings all lead elsewhere: nothing of these is heeded,
 * nothing is left in the checkout, nothing listens to other machines, and nothing elsewhere is reached. One lab, in the
 * checkout itself; the tests build on each other, in this order.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { reset } from "../../lab/lab.ts";
import { checkout, labPaths } from "../../lab/paths.ts";
import { attempt, run, type Ended, type Env } from "./commands.ts";
import { asked, hostileEnvironment, hostileHome, hostileNode } from "./hostile-user.ts";
import { expectWell } from "./lab-user.ts";
import { listenersOf, type Listener } from "./listeners.ts";

let home: string;
/** A checkout as it is after `git clone`, but for what is not committed yet. */
let clone: string;
let env: Env;
const plain: Env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" };

beforeAll(async () => {
  home = await hostileHome();
  clone = join(home, "checkout");
  env = { ...hostileEnvironment(home), ...hostileNode(home) };
  return async () => {
    await reset({ paths: labPaths(join(clone, ".lab")) });
    await rm(home, { recursive: true, force: true });
  };
});

beforeAll(async () => {
  const files = await git(checkout, "ls-files", "--cached", "--others", "--exclude-standard", "-z");
  for (const file of files.split("\0").filter((name) => name !== "" && existsSync(join(checkout, name)))) {
    if (file === "node_modules") continue;
    await mkdir(dirname(join(clone, file)), { recursive: true });
    await cp(join(checkout, file), join(clone, file));
  }
  await git(clone, "init", "--quiet");
  // A link to the packages that are installed already; .gitignore names a folder.
  await symlink(join(checkout, "node_modules"), join(clone, "node_modules"));
  await writeFile(join(clone, ".git", "info", "exclude"), "node_modules\n");
  await git(clone, "add", "--all");
  const who = ["-c", "user.name=A Developer", "-c", "user.email=developer@example.com"];
  await git(clone, ...who, "commit", "--quiet", "--message", "Everything");
});

const git = (folder: string, ...args: string[]) => run(plain, "git", ["-C", folder, ...args]);
const npm = (...args: string[]): Promise<Ended> => attempt(env, "npm", ["run", "--silent", ...args], clone);
const expectCleanCheckout = async () => expect(await git(clone, "status", "--porcelain")).toBe("");

/** What a shell of the user's prints that has evaluated `lab env` and then runs a script. */
const inShell = (script: string) =>
  attempt(env, "/bin/sh", ["-c", `eval "$(npm run -s lab -- env)" && { ${script}\n}`], clone);

/** Runs a command, and sees everything that listens meanwhile. */
async function watched(command: Promise<Ended>): Promise<{ ended: Ended; listeners: Listener[] }> {
  const seen = new Map<string, Listener>();
  let ended: Ended | undefined;
  const running = command.then((how) => (ended = how));
  while (ended === undefined) {
    for (const listener of await listenersOf(clone))
      seen.set(`${listener.address} ${listener.command}`, listener);
    await setTimeout(100);
  }
  return { ended: await running, listeners: [...seen.values()] };
}

test("the user's settings do lead elsewhere", async () => {
  const node = spawnSync(process.execPath, [join(clone, "lab", "cli.ts"), "status"], { env });
  expect(node.status).toBe(42);
  expect((await attempt(env, "git", ["status"], clone)).code).not.toBe(0);
  const outside = Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_(DIR|WORK)/.test(name)));
  expect((await attempt(outside, "git", ["ls-remote", "http://127.0.0.1:9/x"])).all).toContain(
    "elsewhere.invalid",
  );
});

describe("demo", () => {
  let listeners: Listener[];

  test("delivers the app, whatever the user's own settings are, and leaves the checkout as it was", async () => {
    const { ended, listeners: seen } = await watched(npm("demo"));
    expectWell(ended);
    listeners = seen;
    expect(ended.stdout).toMatch(/spring-app +\.\/apps\/spring-app +main@sha1:[0-9a-f]{8} +healthy/);
    expect(existsSync(asked(home))).toBe(false);
    expect(existsSync(join(home, "pulumi"))).toBe(false);
    await expectCleanCheckout();
  });

  test.each([
    ["the lab's own parts", /etcd|kube-apiserver|git-host\/main\.ts|process-node\/main\.ts/],
    ["Flux's controllers", /source-controller|notification-controller/],
    ["Pulumi", /^\S*pulumi up/],
    ["its plugins and stand-ins", /pulumi-resource-github|providers\/kubernetes\/main\.ts/],
    ["its language host", /pulumi-language-nodejs/],
  ])("had %s listening on 127.0.0.1, and nowhere else", (_, command) => {
    const theirs = listeners.filter((listener) => command.test(listener.command));
    expect(theirs.length).toBeGreaterThan(0);
    expect(theirs.filter(({ address }) => !address.includes(" 127.0.0.1:"))).toEqual([]);
  });

  test("had nothing else listening to other machines either", () => {
    expect(listeners.filter(({ address }) => !/ (127\.0\.0\.1|::1):/.test(address))).toEqual([]);
  });

  test("seeded the repositories by pushes that nothing of the user's has signed, changed or redirected", async () => {
    const bare = join(clone, ".lab", "git-host", "repositories", "acme", "flux-cd.git");
    const commit = await git(bare, "cat-file", "commit", "main");
    expect(commit).toMatch(/^author Slipway /m);
    expect(commit).not.toContain("gpgsig");
    expect(await git(bare, "show", "main:README.md")).not.toContain("\r");
  });
});

test.each<[string, string[], number]>([
  ["lab -- status", ["lab", "--", "status"], 0],
  ["lab -- up, again", ["lab", "--", "up"], 0],
  ["lab -- logs", ["lab", "--", "logs", "git-host"], 0],
  ["lab -- env", ["lab", "--", "env"], 0],
  ["lab -- nonsense", ["lab", "--", "nonsense"], 2],
  ["demo, again", ["demo"], 0],
  ["test, of one suite that there is not", ["test", "--", "nothing"], 1],
  ["format", ["format"], 0],
])("`npm run %s` ends as it should, and leaves the checkout as it was", async (_, args, code) => {
  const ended = await npm(...args);
  expect(ended.code, ended.all.slice(-4000)).toBe(code);
  await expectCleanCheckout();
});

describe("a shell of the user's with the lab's environment", () => {
  test("has commands that talk to the lab", async () => {
    const ended = await inShell(`
      kubectl get namespace flux-system --output jsonpath='{.metadata.name} ' &&
      git ls-remote "\${GITHUB_BASE_URL}acme/flux-cd" refs/heads/main &&
      pulumi preview --stack dev --non-interactive --expect-no-changes &&
      pulumi preview --stack prod --non-interactive >/dev/null`);
    expectWell(ended);
    expect(ended.stdout).toMatch(/^flux-system [0-9a-f]{40}\trefs\/heads\/main\n/);
    expect(existsSync(asked(home))).toBe(false);
    await expectCleanCheckout();
  });

  const dev = () => readFile(join(clone, "Pulumi.dev.yaml"), "utf8");
  const preview = (file: string) => `pulumi preview --stack dev --non-interactive --config-file '${file}'`;

  /** A kubeconfig whose one context leads to a cluster on another machine. */
  async function realCluster(): Promise<string> {
    const file = join(home, "real-kubeconfig");
    const cluster = { name: "real", cluster: { server: "https://kubernetes.example.invalid:6443" } };
    const context = { name: "slipway-lab", context: { cluster: "real", user: "real" } };
    const user = { name: "real", user: { token: "none" } };
    const config = {
      clusters: [cluster],
      contexts: [context],
      users: [user],
      "current-context": "slipway-lab",
    };
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }));
    return file;
  }

  test.each<[string, (text: string) => string, string, string]>([
    [
      "of a Git host elsewhere",
      (text) =>
        text.replace(
          "kind: github",
          "kind: github\n    baseUrl: https://git.example.invalid/\n    owner: acme",
        ),
      "",
      'slipway:git.baseUrl: got "https://git.example.invalid/", and SLIPWAY_ONLY_LOCAL is set',
    ],
    [
      "of a cluster elsewhere",
      (text) => text,
      "KUBECONFIG=REAL ",
      'slipway:cluster.context: got "slipway-lab", which leads to "https://kubernetes.example.invalid:6443"',
    ],
  ])("refuses a stack %s, before anything is asked", async (_, change, variable, expected) => {
    const file = join(home, "elsewhere.yaml");
    await writeFile(file, change(await dev()));
    const ended = await inShell(variable.replace("REAL", await realCluster()) + preview(file));
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain(expected);
    expect(ended.all).not.toContain("kubernetes:core");
  });

  test.each<[string, string, string, string]>([
    [
      "github",
      "GITHUB_BASE_URL=https://git.example.invalid/",
      // An update is refused before the stand-in is asked, since the host does not answer.
      "preview --stack dev",
      "talks to 127.0.0.1 only, not to git.example.invalid",
    ],
    [
      "kubernetes",
      "KUBECONFIG=REAL",
      "up --stack dev --yes --skip-preview --refresh",
      "the kubeconfig points at kubernetes.example.invalid:6443",
    ],
  ])(
    "has a stand-in for %s that refuses another machine by itself",
    async (_, variable, command, expected) => {
      const set = variable.replace("REAL", await realCluster());
      const ended = await inShell(`SLIPWAY_ONLY_LOCAL= ${set} pulumi ${command} --non-interactive`);
      expect(ended.code).not.toBe(0);
      expect(ended.all).toContain(expected);
    },
  );
});

test.each<[string, string[]]>([
  ["lab -- down", ["lab", "--", "down"]],
  ["lab -- reset", ["lab", "--", "reset"]],
])("`npm run %s` leaves the checkout as it was", async (_, args) => {
  expectWell(await npm(...args));
  await expectCleanCheckout();
});
