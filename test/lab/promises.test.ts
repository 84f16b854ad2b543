/**
 * What people trust a platform for: that it is repaired, taken back and rebuilt, and that nothing is lost on the way.
 * One lab; each test leaves the dev stack whole. Outcomes are looked at with kubectl, git and the Git host's API.
 */
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteCluster } from "../../lab/cluster/cluster.ts";
import { clusterOptions, down, up } from "../../lab/lab.ts";
import { conditionOf } from "../../scripts/kubectl.ts";
import { attempt, eventually, gitEnvironment, run, startLab, type Ended, type TestLab } from "./commands.ts";

let lab: TestLab;

beforeAll(async () => {
  lab = await startLab();
});

afterAll(async () => {
  await lab.end();
});

/** An answer of the Git host's API. */
async function api<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  const response = await fetch(`${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3${path}`, {
    method,
    headers: { authorization: `Bearer ${lab.env["GITHUB_TOKEN"] ?? ""}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** `npm run demo` on this test's lab, without npm. */
const demo = (): Promise<Ended> =>
  attempt(
    { ...lab.env, SLIPWAY_LAB: lab.lab.paths.root },
    "node",
    ["scripts/demo.ts"],
    lab.lab.paths.checkout,
  );

const platformUp = (...more: string[]): Promise<Ended> =>
  lab.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", ...more);

async function expectWhole(): Promise<void> {
  const ended = await platformUp("--refresh", "--expect-no-changes");
  expect(ended.code, ended.all).toBe(0);
  const keys = await Promise.all(
    ["flux-cd", "helm", "spring-app"].map((name) => api<unknown[]>(`/repos/acme/${name}/keys`)),
  );
  expect(keys.map(({ length }) => length)).toEqual([2, 1, 0]);
  const sync = await lab.object("kustomizations.kustomize.toolkit.fluxcd.io", "spring-app", "flux-system");
  expect(conditionOf(sync, "Ready")?.status).toBe("True");
}

async function commitsOf(repository: string): Promise<string[]> {
  const git = gitEnvironment(lab.env, { token: lab.env["GITHUB_TOKEN"] ?? "" });
  const folder = join(lab.scratch, `${repository}-${Date.now()}`);
  await run(git, "git", [
    "clone",
    "--quiet",
    `${lab.env["GITHUB_BASE_URL"] ?? ""}acme/${repository}.git`,
    folder,
  ]);
  return (await run(git, "git", ["-C", folder, "log", "--format=%H"])).trim().split("\n");
}

describe("nothing exists yet", () => {
  test("a preview without a cluster in reach shows every resource with its properties", async () => {
    const kubeconfig = join(lab.scratch, "unreachable");
    const text = await readFile(lab.env["KUBECONFIG"] ?? "", "utf8");
    await writeFile(kubeconfig, text.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:9"), { mode: 0o600 });
    const env = { ...lab.env, KUBECONFIG: kubeconfig };
    const ended = await attempt(
      env,
      "pulumi",
      ["preview", "--stack", "dev", "--json", "--non-interactive"],
      lab.lab.paths.checkout,
    );
    expect(ended.code, ended.all).toBe(0);
    const { steps } = JSON.parse(ended.stdout) as {
      steps: { op: string; urn: string; newState: { inputs?: { spec?: unknown } } }[];
    };
    const sync = steps.find(({ urn }) => urn.endsWith("dev-spring-app-kustomization"));
    expect(sync?.newState.inputs?.spec).toMatchObject({ path: "./apps/spring-app", prune: true });
    expect(steps.every(({ op }) => op === "create")).toBe(true);
  });
});

describe("killed", () => {
  /** Starts an up, and kills Pulumi when it says something. */
  async function killedAt(said: RegExp): Promise<void> {
    const args = ["up", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive"];
    const child = spawn("pulumi", args, {
      cwd: lab.lab.paths.checkout,
      env: lab.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    await new Promise<void>((resolve) => {
      const look = (chunk: Buffer) => {
        output += chunk.toString();
        if (said.test(output)) child.kill("SIGKILL");
      };
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      child.once("exit", () => resolve());
    });
    expect(output).toMatch(said);
  }

  test.each([
    ["while the repositories are seeded", /first-commit creating/],
    ["while Flux's controllers start", /Deployment flux-deployment-[a-z-]+ creating/],
    ["in the wait for the sync", /Kustomization dev-spring-app-kustomization creating/],
  ])("%s: the next `npm run demo` completes it, and makes nothing twice", async (_when, said) => {
    expect((await lab.pulumi("destroy", "--stack", "dev", "--yes", "--skip-preview")).code).toBe(0);
    await killedAt(said);
    const blocked = await platformUp();
    expect(blocked.code).not.toBe(0);
    expect(blocked.all).toContain("pulumi cancel");

    const ended = await demo();
    expect(ended.code, ended.all).toBe(0);
    await expectWhole();
    for (const repository of ["spring-app", "helm", "flux-cd"]) {
      expect(await commitsOf(repository)).toHaveLength(1);
    }
  });
});

describe("changed behind its back", () => {
  test("what was deleted or edited comes back with `up --refresh`, and nothing else is touched", async () => {
    const uid = (await lab.object("deployment", "helm-controller", "flux-system"))?.metadata.uid;
    await lab.kubectl("delete", "deployment", "notification-controller", "--namespace", "flux-system");
    await lab.kubectl("delete", "clusterrolebinding", "crd-controller-flux-system");
    await lab.kubectl(
      "scale",
      "deployment",
      "kustomize-controller",
      "--namespace",
      "flux-system",
      "--replicas",
      "0",
    );
    const [key] = await api<{ id: number }[]>("/repos/acme/helm/keys");
    await api(`/repos/acme/helm/keys/${key?.id ?? 0}`, "DELETE");
    await api("/repos/acme/spring-app/actions/variables/IMAGE_REPO", "PATCH", { value: "docker.io/else" });

    const ended = await platformUp("--refresh");
    expect(ended.code, ended.all).toBe(0);
    expect((await api<{ value: string }>("/repos/acme/spring-app/actions/variables/IMAGE_REPO")).value).toBe(
      "ghcr.io/acme",
    );
    expect((await lab.object("deployment", "kustomize-controller", "flux-system"))?.spec?.replicas).toBe(1);
    expect(await lab.object("clusterrolebinding", "crd-controller-flux-system")).toBeDefined();
    expect((await lab.object("deployment", "helm-controller", "flux-system"))?.metadata.uid).toBe(uid);
    await expectWhole();
  });
});

describe("the cluster is gone", () => {
  test("an up to a fresh one gives the same platform, with the same repositories", async () => {
    const before = await commitsOf("flux-cd");
    await down(lab.lab);
    await deleteCluster(clusterOptions(lab.lab));
    await up(lab.lab, () => undefined);
    const ended = await platformUp("--refresh");
    expect(ended.code, ended.all).toBe(0);
    expect(await commitsOf("flux-cd")).toEqual(before);
    await expectWhole();
    await eventually(
      "the app is back",
      () => lab.object("deployment", "spring-app", "spring-app-namespace"),
      (seen) => seen?.status?.availableReplicas === 1,
    );
  });
});
