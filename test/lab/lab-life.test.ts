/**
 * The lab's life as a user has it: `npm run lab` and `npm run demo`, typed on a machine whose own settings lead
 * elsewhere, twice at a time, interrupted, after a Pulumi that was killed. The tests build on each other, in this order.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { reset } from "../../lab/lab.ts";
import { checkout, labPaths } from "../../lab/paths.ts";
import type { ExportedState, StateResource } from "../../lab/pending-creates.ts";
import type { LabStatus } from "../../lab/status.ts";
import { attempt, eventually, run } from "./commands.ts";
import { asked } from "./hostile-user.ts";
import { expectWell, LabUser } from "./lab-user.ts";
import { processes, processesOf } from "./processes.ts";

let user: LabUser;
let first: string;

beforeAll(async () => {
  user = await LabUser.move();
  first = join(user.home, "first");
  return async () => {
    await reset({ paths: labPaths(first) });
    await user.leave();
  };
});

/** What a shell prints that has evaluated `lab env` and then runs a script. */
async function inShell(script: string, shell = "/bin/sh"): Promise<string> {
  const begin = `cd '${checkout}' && eval "$('${process.execPath}' lab/cli.ts env)" && `;
  return await run(user.env(first), shell, ["-c", begin + script]);
}

const locks = (root: string) => join(labPaths(root).pulumiState, ".pulumi/locks/organization/slipway/dev");
const lockFiles = (root: string) => readdir(locks(root)).catch(() => []);

/** What Pulumi counts at its end: `created`, `updated`, `unchanged`. */
function counts(text: string): Record<string, number> {
  const lines = text.slice(text.indexOf("\nResources:")).matchAll(/^ {4}[ +~-]*(\d+) (\w+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, count, what = ""]) => [what, Number(count)]));
}

describe("a lab that was never started", () => {
  test("has a status that says so, and no part of it is built, downloaded or made by asking", async () => {
    const cache = join(user.home, "empty-cache");
    const root = join(user.home, "never");
    const env = user.env(root, { SLIPWAY_CACHE: cache });
    const type = (...args: string[]) =>
      attempt(env, process.execPath, [join(checkout, "lab", "cli.ts"), ...args]);

    const status = await type("status");
    expect(status).toMatchObject({ code: 1, stderr: "" });
    expect(status.stdout).toContain("`npm run lab -- up`");
    expect(JSON.parse((await type("status", "--json")).stdout)).toMatchObject({
      running: false,
      parts: [],
      ports: null,
    });
    expect(await type("env")).toMatchObject({ code: 1, stdout: "" });
    expect((await type("env")).stderr).toContain("run `npm run lab -- up` first");
    expect((await type("logs", "etcd")).code).toBe(1);
    expect((await type("down")).code).toBe(0);
    expect((await type("reset")).code).toBe(0);
    expect([existsSync(root), existsSync(cache)]).toEqual([false, false]);
  });
});

describe("up", () => {
  test("typed twice at the same time starts one lab, whatever the user's own settings are", async () => {
    const both = await Promise.all([user.cli(first, "up"), user.cli(first, "up")]);
    for (const ended of both) expectWell(ended);
    expect(both.map(({ stderr }) => stderr).join("")).toContain("Another command works on this lab");
  });

  test("shows in the status, for people and for machines", async () => {
    const status = await user.status(first);
    expect(status.running).toBe(true);
    expect(status.parts.map(({ part }) => part).sort()).toEqual([
      ...["cluster", "etcd", "git-host", "kube-apiserver", "kube-controller-manager"],
      ...["kube-scheduler", "kwok-controller", "process-node"],
    ]);
    expect(status.providers.map(({ name, kind }) => [name, kind])).toEqual([
      ["github", "offline"],
      ["gitlab", "offline"],
      ["kubernetes", "offline"],
      ["tls", "offline"],
    ]);
    expect(status.kubeconfig).toBe(join(first, "kubeconfig"));
    expect(status.gitHost?.url).toBe(`http://127.0.0.1:${status.ports?.gitHttp ?? 0}/`);
    expect(status.gitlab?.url).toBe(`http://127.0.0.1:${status.ports?.gitlabHttp ?? 0}/`);
    const text = await user.cli(first, "status");
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/● git-host +GitHub at http:\/\/127\.0\.0\.1:/);
  });

  test("prints the log of a part, and names those that there are", async () => {
    expect((await user.cli(first, "logs", "git-host")).stdout).toContain("ready http://127.0.0.1:");
    expect((await user.cli(first, "logs", "kwok")).stdout).not.toBe("");
    const unknown = await user.cli(first, "logs", "../ports.json");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/There are: .*etcd.*process-node/);
  });
});

describe("demo", () => {
  test("delivers the app, whatever the user's own settings are, and asks no credential helper", async () => {
    const ended = await user.demo(first);
    expectWell(ended);
    for (const shown of [
      /spring-app-namespace +restricted +Active/,
      /source-controller +v1\.\d+\.\d+ +1\/1/,
      /flux-cd +slipway\/dev: .* +read +SHA256:[A-Za-z0-9+/]{43}\n/,
      /spring-app +REGISTRY_PASSWORD +secret/,
      /spring-app +\.\/apps\/spring-app +main@sha1:[0-9a-f]{8} +healthy/,
    ]) {
      expect(ended.stdout).toMatch(shown);
    }
    expect(existsSync(asked(user.home))).toBe(false);
    expect(existsSync(join(user.home, "pulumi"))).toBe(false);
  });

  test.each(["/bin/sh", "/bin/bash", "/bin/zsh"].filter((shell) => existsSync(shell)))(
    "leaves a lab that %s talks to after `lab env`: kubectl, git and pulumi",
    async (shell) => {
      const script = `kubectl get namespace flux-system --output name && pulumi stack ls && git ls-remote "\${GITHUB_BASE_URL}acme/flux-cd" main && command -v pulumi && command -v node`;
      const said = await inShell(script, shell);
      expect(said).toMatch(/^namespace\/flux-system\nNAME[^]*\ndev[^]*refs\/heads\/main\n/);
      expect(said.trim().split("\n").slice(-2)).toEqual([join(first, "bin/pulumi"), join(first, "bin/node")]);
    },
  );
});

describe("demo again", () => {
  const api = async (method: string, path: string) => {
    const token = (await readFile(join(labPaths(first).gitHost, "token"), "utf8")).trim();
    const url = `${(await user.status(first)).gitHost?.url ?? ""}api/v3/repos/acme${path}`;
    return await fetch(url, { method, headers: { authorization: `Bearer ${token}` } });
  };
  const keys = async () =>
    (await (await api("GET", "/flux-cd/keys")).json()) as { id: number; title: string }[];

  test("after a Ctrl-C in the middle of Pulumi's work, which ends in order, mends what somebody has broken", async () => {
    const titles = (await keys()).map(({ title }) => title).sort();
    for (const { id } of await keys()) expect((await api("DELETE", `/flux-cd/keys/${id}`)).status).toBe(204);
    await inShell(
      "kubectl --namespace flux-system set image deployment/helm-controller manager=example.com/broken:v0",
    );

    const interrupted = user.start(first, "scripts/demo.ts");
    await eventually(
      "Pulumi works",
      () => Promise.resolve(interrupted.said()),
      (said) => said.includes("refreshing"),
    );
    interrupted.interrupt();
    expect(await interrupted.ended).toBe(130);
    expect(await lockFiles(first)).toEqual([]);

    expectWell(await user.demo(first));
    expect((await keys()).map(({ title }) => title).sort()).toEqual(titles);
    const image = await inShell(
      "kubectl --namespace flux-system get deployment helm-controller --output jsonpath='{..containers[0].image}'",
    );
    expect(image).toMatch(/^ghcr\.io\/fluxcd\/helm-controller:v1/);
  });

  test("after a Pulumi that was killed goes on where that stopped, also with what it was just creating", async () => {
    // As a killed Pulumi leaves it: a lock without a living holder, and things that exist but are only pending.
    const file = join(labPaths(first).pulumiState, ".pulumi/stacks/slipway/dev.json");
    const state = JSON.parse(await readFile(file, "utf8")) as {
      checkpoint: { latest: ExportedState["deployment"] };
    };
    const { latest } = state.checkpoint;
    const { resources = [] } = latest;
    const killed = withDependents(
      resources,
      /ResourceQuota::dev|RepositoryDeployKey::dev|ActionsVariable::.*CHARTS_URL/,
    );
    expect(killed.map(({ type }) => type).sort()).toEqual([
      "github:index/actionsVariable:ActionsVariable",
      "github:index/repositoryDeployKey:RepositoryDeployKey",
      "kubernetes:core/v1:ResourceQuota",
      "kubernetes:core/v1:Secret",
      "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization",
      "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository",
    ]);
    const pending = killed.map((resource) => ({
      type: "creating",
      resource: { ...resource, id: undefined },
    }));
    const left = { resources: resources.filter((it) => !killed.includes(it)), pending_operations: pending };
    state.checkpoint.latest = { ...latest, ...left };
    await writeFile(file, JSON.stringify(state));
    const dead = spawnSync("true").pid;
    const lock = { pid: dead, username: "me", hostname: hostname(), timestamp: new Date().toISOString() };
    await mkdir(locks(first), { recursive: true });
    await writeFile(join(locks(first), "00000000-0000-0000-0000-000000000000.json"), JSON.stringify(lock));

    const ended = await user.demo(first);
    expectWell(ended);
    expect(ended.stderr).toContain("was killed");
    expect(counts(ended.stdout)["created"]).toBeUndefined();
    expect(await lockFiles(first)).toEqual([]);
  });

  test("while another Pulumi works on the stack leaves that alone, and says so", async () => {
    const holder = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)", "pulumi"], {
      stdio: "ignore",
    });
    const file = join(locks(first), "11111111-1111-1111-1111-111111111111.json");
    try {
      await writeFile(file, JSON.stringify({ pid: holder.pid, hostname: hostname() }));
      const ended = await user.demo(first);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(`another Pulumi works on the stack dev (process ${holder.pid ?? 0} on`);
      expect(existsSync(file)).toBe(true);
    } finally {
      holder.kill();
      await rm(file);
    }
  });
});

describe("down", () => {
  test("stops everything, and up brings the same platform back: Pulumi finds nothing to do", async () => {
    const { ports } = await user.status(first);
    expectWell(await user.cli(first, "down"));
    const stopped = await user.cli(first, "status", "--json");
    expect(stopped.code).toBe(1);
    expect((JSON.parse(stopped.stdout) as LabStatus).parts.filter(({ running }) => running)).toEqual([]);
    expect(await processesOf(first)).toEqual([]);

    const ended = await user.demo(first);
    expectWell(ended);
    expect(Object.keys(counts(ended.stdout))).toEqual(["unchanged"]);
    expect(ended.stdout).toMatch(/spring-app +\.\/apps\/spring-app +\S+ +healthy/);
    expect((await user.status(first)).ports).toEqual(ports);
  });
});

describe("reset", () => {
  test("leaves no process and no file, also of a lab whose parts were killed", async () => {
    const { parts } = await user.status(first);
    const detail = parts.find(({ part }) => part === "process-node")?.detail ?? "";
    const node = /process (\d+)/.exec(detail)?.[1] ?? "none";
    const controllers = (await processes()).filter(({ parent }) => parent === node);
    expect(controllers).toHaveLength(4);
    expect((await processesOf(first)).length).toBeGreaterThan(6);
    process.kill(Number(node), "SIGKILL");
    await writeFile(join(first, "mine.txt"), "not the lab's");
    expectWell(await user.cli(first, "reset"));
    expect(await processesOf(first)).toEqual([]);
    const left = new Set((await processes()).map(({ pid }) => pid));
    expect(controllers.filter(({ pid }) => left.has(pid))).toEqual([]);
    expect(await readdir(first)).toEqual(["mine.txt"]);
  });
});

/** The resources of a state whose URN matches, and those that depend on them. */
function withDependents(resources: readonly StateResource[], wanted: RegExp): StateResource[] {
  const found = new Set<string>();
  // In a state whatever a resource depends on stands before it.
  return resources.filter((resource) => {
    const { urn, dependencies = [] } = resource as StateResource & { dependencies?: string[] };
    const among = wanted.test(urn) || dependencies.some((dependency) => found.has(dependency));
    if (among) found.add(urn);
    return among;
  });
}
