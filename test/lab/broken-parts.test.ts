/**
 * Slow and broken parts: what a user who types `pulumi up` is told, and that the next one goes on. The tests build on each
 * other, in this order.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { up } from "../../lab/lab.ts";
import { labStatus } from "../../lab/status.ts";
import { conditionOf } from "../../scripts/kubectl.ts";
import { fluxManifest } from "../../toolchain/flux-manifest.ts";
import { eventually, gitEnvironment, run, startLab, type Env, type TestLab } from "./commands.ts";

const kustomizations = "kustomizations.kustomize.toolkit.fluxcd.io";
const flux = "flux-system";

let lab: TestLab;
let git: Env;
/** The dev stack's file with less patience for its sync. */
let stackFile: string;

beforeAll(async () => {
  lab = await startLab();
  const text = await readFile(join(lab.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8");
  stackFile = join(lab.scratch, "Pulumi.dev.yaml");
  await writeFile(stackFile, text.replace("timeout: 2m", "timeout: 40s\n          retryInterval: 3s"));
  git = gitEnvironment(lab.env, { token: lab.env["GITHUB_TOKEN"] ?? "" });
});

afterAll(async () => {
  await lab.end();
});

/** The flag with a copy of the stack's file in which passages are changed. */
async function changed(name: string, ...changes: (readonly [from: string, to: string])[]): Promise<string> {
  let text = await readFile(stackFile, "utf8");
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const path = join(lab.scratch, `Pulumi.${name}.yaml`);
  await writeFile(path, text);
  return `--config-file=${path}`;
}

/** `pulumi up`, typed by hand, of which one can see what it says so far. */
function started(...more: string[]) {
  return startedWith(lab.env, ...more);
}

function startedWith(env: Env, ...more: string[]) {
  const always = ["--stack", "dev", "--yes", "--skip-preview", "--non-interactive"];
  const args = ["up", ...always, `--config-file=${stackFile}`, ...more];
  const child = spawn("pulumi", args, {
    cwd: lab.lab.paths.checkout,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<{ code: number | null; all: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, all: said })),
  );
  /** Ends the moment that Pulumi says something, or has ended without: then it is not so. */
  const hears = async (what: RegExp): Promise<boolean> => {
    const heard = new Promise<void>((resolve) => {
      const listener = () => {
        if (what.test(said)) resolve();
      };
      listeners.add(listener);
      listener();
    });
    await Promise.race([heard, ended]);
    return what.test(said);
  };
  const says = async (what: RegExp) => {
    expect(await hears(what), said).toBe(true);
  };
  return { hears, says, ended, interrupt: () => child.kill("SIGINT") };
}

const platformUp = (...more: string[]) => started(...more).ended;

/** The process of a part of the lab; it is looked up before, for it is to be killed at the right moment. */
async function processOf(part: string): Promise<number> {
  const { parts } = await labStatus(lab.lab.paths);
  const detail = parts.find((one) => one.part === part)?.detail ?? "";
  return Number(/process (\d+)/.exec(detail)?.[1]);
}

/** As a crash would end it. */
const kill = (pid: number) => process.kill(pid, "SIGKILL");

/** After the time that the parts have to be away. */
async function bringBack(): Promise<void> {
  await setTimeout(10_000);
  await up(lab.lab, () => undefined);
}

/** A clone of a repository of its own. */
async function clone(repository: string): Promise<string> {
  const folder = await mkdtemp(join(lab.scratch, `${repository}-`));
  const url = `${lab.env["GITHUB_BASE_URL"] ?? ""}acme/${repository}.git`;
  await run(git, "git", ["clone", "--quiet", url, folder]);
  return folder;
}

async function expectWell(): Promise<void> {
  const ended = await platformUp();
  expect(ended.code, ended.all.slice(-12000)).toBe(0);
  const sync = await lab.object(kustomizations, "spring-app", flux);
  expect(conditionOf(sync, "Ready")?.status).toBe("True");
}

describe("away for ten seconds", () => {
  test("API server and Git host in the middle of the first `up`, which waits for them, and is completed", async () => {
    const [gitHost, apiServer] = [await processOf("git-host"), await processOf("kube-apiserver")];
    const awayAt = async (update: ReturnType<typeof started>, what: RegExp, pid: number) => {
      if (!(await update.hears(what))) return false;
      kill(pid);
      await bringBack();
      return true;
    };
    const seeding = /first-commit creating/;
    const first = started();
    // Each by itself: with the one away, Pulumi may not come to the other.
    const [clusterWasAway, hostWasAway] = await Promise.all([
      awayAt(first, /CustomResourceDefinition \S+ creating/, apiServer),
      awayAt(first, seeding, gitHost),
    ]);
    let { code, all } = await first.ended;
    expect(clusterWasAway, all).toBe(true);
    // What the API server was making in that moment is there, or not. If it is, nobody knows whose it is: the user is told.
    if (code !== 0) {
      expect(all).toContain("The connection broke after the object was made");
      const completing = startedWith({ ...lab.env, PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" }, "--refresh");
      if (!hostWasAway) expect(await awayAt(completing, seeding, gitHost)).toBe(true);
      const completed = await completing.ended;
      [code, all] = [completed.code, all + completed.all];
    }
    expect(code, all.slice(-12000)).toBe(0);
    expect(all).toMatch(/The Git host 127\.0\.0\.1:\d+ does not answer: waiting up to 30 s for it/);
    expect(all).toMatch(/The cluster's API server https:\S+ does not answer: waiting up to 60 s for it/);
    for (const repository of ["spring-app", "helm", "flux-cd"]) {
      const folder = await clone(repository);
      const commits = await run(git, "git", ["-C", folder, "rev-list", "--count", "HEAD"]);
      expect(commits.trim(), repository).toBe("1");
    }
  });

  test("both while Flux fetches and Pulumi waits for it; then nothing is left to do", async () => {
    await lab.kubectl("delete", kustomizations, "spring-app", "--namespace", flux);
    await lab.kubectl("delete", "gitrepository", "flux-cd", "--namespace", flux);
    const [gitHost, apiServer] = [await processOf("git-host"), await processOf("kube-apiserver")];
    const second = started("--refresh");
    await second.says(/GitRepository dev-flux-cd-repository creating/);
    for (const pid of [gitHost, apiServer]) kill(pid);
    await bringBack();
    const { code, all } = await second.ended;
    expect(code, all.slice(-12000)).toBe(0);

    const again = await platformUp("--refresh", "--expect-no-changes");
    expect(again.code, again.all.slice(-12000)).toBe(0);
  });
});

describe("a sync that never gets ready", () => {
  const missing = ["path: apps/spring-app", "path: apps/nowhere"] as const;

  test("because its folder is missing: conditions, last events, and what to do", async () => {
    const { code, all } = await platformUp(await changed("short", missing, ["timeout: 40s", "timeout: 5s"]));
    expect(code).not.toBe(0);
    expect(all).toContain("What the cluster says of the Kustomization flux-system/spring-app:");
    expect(all).toMatch(/Ready=False \(ArtifactFailed\): kustomization path not found/);
    expect(all).toMatch(/The last events:\n[^]*ago: Warning ArtifactFailed \(Kustomization spring-app\)/);
    expect(all).toContain("What to do: the folder is not in the source: push it");
    expect(all).toContain("describe kustomization spring-app");
  });

  test("and is not waited for after a Ctrl-C: Pulumi ends, holds no lock, and the next `up` goes on", async () => {
    const waiting = started(await changed("long", missing, ["timeout: 40s", "timeout: 30m"]));
    await waiting.says(/kustomization path not found/);
    waiting.interrupt();
    const { code, all } = await waiting.ended;
    expect(code).not.toBe(0);
    expect(all).not.toContain("What the cluster says");
    const locks = join(lab.lab.paths.pulumiState, ".pulumi/locks/organization/slipway/dev");
    expect(await readdir(locks).catch(() => [])).toEqual([]);
    await expectWell();
  });
});

describe("a controller that crash-loops", () => {
  test("is told with its exit code, the end of its log and what to do", async () => {
    const { path } = await fluxManifest("2.9.3");
    const objects = (await readFile(path, "utf8")).split("\n---\n");
    const broken = objects.map((object) =>
      /kind: Deployment[^]*^ {2}name: helm-controller$/m.test(object)
        ? object.replace("- --log-level=info", "- --log-level=info\n        - --no-such-flag")
        : object,
    );
    const manifest = join(lab.scratch, "install.yaml");
    await writeFile(manifest, broken.join("\n---\n"));
    const own = `manifest: ${manifest}\n    timeout: 20s`;
    const { code, all } = await platformUp(await changed("crash", ["version: 2.9.3", own]));
    expect(code).not.toBe(0);
    expect(all).toContain("What the cluster says of the Deployment flux-system/helm-controller:");
    expect(all).toMatch(/container manager: CrashLoopBackOff: .*it ended with exit code 2/);
    expect(all).toContain("log: unknown flag: --no-such-flag");
    expect(all).toContain("What to do: its program ends as soon as it starts");
  });
});

describe("a sync whose objects are refused", () => {
  test("tells the object, why, and no line of its log; the next `up` mends both", async () => {
    const folder = await clone("flux-cd");
    const manifest = join(folder, "apps/spring-app/deployment.yaml");
    const good = await readFile(manifest, "utf8");
    const bad = good.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true");
    expect(bad).not.toBe(good);
    const push = async (text: string, message: string) => {
      await writeFile(manifest, text);
      await run(git, "git", ["-C", folder, "commit", "--quiet", "--all", "--message", message]);
      await run(git, "git", ["-C", folder, "push", "--quiet"]);
      const commit = (await run(git, "git", ["-C", folder, "rev-parse", "HEAD"])).trim();
      await eventually(
        "Flux has fetched it",
        () => lab.kubectl("get", "gitrepository", "flux-cd", "--namespace", flux, "--output", "yaml"),
        (source) => source.includes(`revision: main@sha1:${commit}`),
      );
    };
    await push(bad, "Break it");
    const { code, all } = await platformUp(await changed("refused", ["timeout: 40s", "timeout: 5s"]));
    expect(code).not.toBe(0);
    expect(all).toContain("Deployment spring-app-namespace/spring-app is not healthy:");
    expect(all).toMatch(/ReplicaFailure=True \(FailedCreate\): .*violates PodSecurity/);
    expect(all).toContain("What to do: something that it applied does not get healthy");
    await push(good, "Mend it");
    await expectWell();
  });
});
