/**
 * Flux from 2.9.3 to 2.9.4 and back, as a user does it: one change of the stack's file, in a copy of this checkout. What is
 * looked at is the cluster and the processes. The tests build on each other, in this order.
 */
import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import type { Pod } from "../../lab/process-node/pod.ts";
import { openLab, up } from "../../lab/lab.ts";
import { checkout } from "../../lab/paths.ts";
import { commandLineOf } from "../../lab/process-identity.ts";
import { conditionOf, type KubeObject } from "../../scripts/kubectl.ts";
import { eventually, gitEnvironment, run, startLab, type Ended, type TestLab } from "./commands.ts";

const workloads = "deployments,replicasets,pods,services,horizontalpodautoscalers";
const namespace = "spring-app-namespace";
const flux = "flux-system";

/** The versions of the default controllers in each release, as https://github.com/fluxcd/flux2/releases has them. */
const releases = {
  "2.9.3": { source: "v1.9.3", kustomize: "v1.9.4", helm: "v1.6.3", notification: "v1.9.2" },
  "2.9.4": { source: "v1.9.4", kustomize: "v1.9.4", helm: "v1.6.3", notification: "v1.9.3" },
} as const;

let lab: TestLab;
let end: TestLab["end"] | undefined;
let copy: string;
let before: Record<string, string>;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "slipway-checkout-"));
  const left = new Set(["node_modules", ".git", ".lab"]);
  await cp(checkout, copy, { recursive: true, filter: (path) => !left.has(basename(path)) });
  await symlink(await realpath(join(checkout, "node_modules")), join(copy, "node_modules"));
  // Before the lab looks at it: the checkout's own may be at another release.
  const stack = join(copy, "Pulumi.dev.yaml");
  const text = parseDocument(await readFile(stack, "utf8"));
  text.setIn(["config", "slipway:flux", "version"], "2.9.3");
  await writeFile(stack, text.toString());
  lab = await startLab(copy);
  ({ end } = lab);
  const ended = await platformUp();
  expect(ended.code, ended.all).toBe(0);
  await deliver("2.9.3");
  before = await identities();
});

afterAll(async () => {
  await end?.();
  await rm(copy, { recursive: true, force: true });
});

/** The one change of the configuration. */
async function wants(release: keyof typeof releases): Promise<void> {
  const key = ["--path", "slipway:flux.version", release, "--type", "string"];
  const ended = await lab.pulumi("config", "set", "--stack", "dev", ...key);
  expect(ended.code, ended.all).toBe(0);
}

const platformUp = (...more: string[]): Promise<Ended> =>
  lab.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", ...more);

async function list<T extends KubeObject>(kinds: string, where: string): Promise<readonly T[]> {
  const text = await lab.kubectl("get", kinds, "--namespace", where, "--output", "json");
  return (JSON.parse(text) as { items: T[] }).items;
}

/** What an upgrade has to leave alone: the uids of the environment's objects and of Flux's, but for its pods. */
async function identities(): Promise<Record<string, string>> {
  const objects = [
    ...(await list(workloads, namespace)),
    ...(await list("deployments,services,gitrepositories,kustomizations", flux)),
  ];
  return Object.fromEntries(
    objects.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.uid] as const),
  );
}

/** Pushes a commit with a ConfigMap of that name, and waits until Flux has applied it. */
async function deliver(name: string): Promise<void> {
  const git = gitEnvironment(lab.env, { token: lab.env["GITHUB_TOKEN"] ?? "" });
  const folder = join(lab.scratch, name);
  await run(git, "git", ["clone", "--quiet", `${lab.env["GITHUB_BASE_URL"] ?? ""}acme/flux-cd.git`, folder]);
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: at-${name}\n`;
  await writeFile(join(folder, "apps/spring-app", `at-${name}.yaml`), text);
  await run(git, "git", ["-C", folder, "add", "--all"]);
  await run(git, "git", ["-C", folder, "commit", "--quiet", "--message", `Deliver at ${name}`]);
  await run(git, "git", ["-C", folder, "push", "--quiet", "origin", "HEAD:main"]);
  const commit = (await run(git, "git", ["-C", folder, "rev-parse", "HEAD"])).trim();
  const now = `reconcile.fluxcd.io/requestedAt=${Date.now()}`;
  await lab.kubectl("annotate", "gitrepository", "flux-cd", "--namespace", flux, "--overwrite", now);
  await eventually(
    "the sync is Ready at the commit",
    () => lab.object("kustomizations.kustomize.toolkit.fluxcd.io", "spring-app", flux),
    (sync) =>
      conditionOf(sync, "Ready")?.status === "True" &&
      sync?.status?.lastAppliedRevision === `main@sha1:${commit}`,
  );
  expect(await lab.object("configmap", `at-${name}`, namespace)).toBeDefined();
}

const pods = () => list<KubeObject & Pod>("pods", flux);

/** Every controller is ready with its image of the release, and its process is the program of that version. */
async function expectControllers(release: keyof typeof releases): Promise<void> {
  const running = new Map((await pods()).map((pod) => [pod.metadata.labels?.["app"], pod]));
  expect(running.size).toBe(4);
  for (const [name, version] of Object.entries(releases[release])) {
    const controller = `${name}-controller`;
    const [status] = running.get(controller)?.status?.containerStatuses ?? [];
    expect(status).toMatchObject({ image: `ghcr.io/fluxcd/${controller}:${version}`, ready: true });
    const pid = Number(status?.containerID?.replace("process://", ""));
    const [program = ""] = (await commandLineOf(pid))?.split(" ") ?? [];
    // What Go writes into every program of the modules that it is made of.
    const made = Buffer.from(`github.com/fluxcd/${controller}/api\t${version}`);
    expect((await readFile(program)).includes(made), `${program} is ${controller} ${version}`).toBe(true);
  }
}

/** Sources, syncs and workloads are those of before, whole, and take a new commit. */
async function expectNothingLost(release: keyof typeof releases): Promise<void> {
  expect(await identities()).toEqual(before);
  // A controller that has started looks at its objects once; they are not Ready for that moment.
  await eventually(
    "every source and sync is Ready",
    () => list("gitrepositories,kustomizations", flux),
    (objects) => objects.every((object) => conditionOf(object, "Ready")?.status === "True"),
  );
  await deliver(`${release}-again`);
}

describe("an upgrade of Flux", () => {
  test("to a release that the lab has no programs of waits, says so, and goes on when it has them", async () => {
    await wants("2.9.4");
    let ended: Ended | undefined;
    const upgrade = platformUp().then((result) => (ended = result));
    const waiting = await eventually(
      "the new source-controller waits for its program",
      async () => {
        expect(ended?.all).toBeUndefined();
        const states = (await pods()).flatMap(({ status }) => status?.containerStatuses ?? []);
        return states.find(({ image }) => image.endsWith("source-controller:v1.9.4"))?.state;
      },
      (state) => state !== undefined && "waiting" in state && state.waiting.reason === "ErrImagePull",
    );
    expect(JSON.stringify(waiting)).toContain("npm run lab -- up");

    await up(await openLab(lab.lab.paths), () => undefined);
    const { code, all } = await upgrade;
    expect(code, all).toBe(0);
  });

  test("runs the controllers of the new release", () => expectControllers("2.9.4"));

  test("loses no sync and no workload", () => expectNothingLost("2.9.4"));

  test("is whole: another up has nothing to do", async () => {
    const ended = await platformUp("--refresh", "--expect-no-changes");
    expect(ended.code, ended.all).toBe(0);
  });

  test("is taken back by the same way", async () => {
    await wants("2.9.3");
    const ended = await platformUp();
    expect(ended.code, ended.all).toBe(0);
    await expectControllers("2.9.3");
    await expectNothingLost("2.9.3");
  });
});
