/**
 * The ways to leave: a controller alone, an environment, the whole platform with its workloads or without them; for a
 * cluster that is gone already see drift.test.ts. The tests build on each other, in this order; what is looked at is the cluster, the Git
 * host and the state.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { conditionOf, type KubeObject } from "../../scripts/kubectl.ts";
import { attempt, eventually, gitEnvironment, run, startLab, type Ended, type TestLab } from "./commands.ts";

const namespace = "spring-app-namespace";
const qa = "qa-namespace";
const flux = "flux-system";

let lab: TestLab;

/** The part of a stack's file that the tests change. */
interface StackFile {
  config: {
    "slipway:cluster": Record<string, unknown>;
    "slipway:flux": Record<string, unknown>;
    "slipway:repositories": Record<string, Record<string, unknown>>;
    "slipway:environments": Record<
      string,
      { commitStatus?: boolean; syncs: Record<string, Record<string, unknown>> }
    >;
  };
}

/**
 * The dev stack, with repositories that stay, without events, which want a controller that goes here, and changed; gives
 * the file's path.
 */
async function stackFile(change: (config: StackFile["config"]) => void): Promise<string> {
  const text = await readFile(join(lab.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8");
  const file = parse(text) as StackFile;
  for (const repository of Object.values(file.config["slipway:repositories"])) {
    repository["onDestroy"] = "keep";
  }
  file.config["slipway:flux"]["receiver"] = false;
  for (const environment of Object.values(file.config["slipway:environments"]))
    delete environment.commitStatus;
  change(file.config);
  const path = join(lab.scratch, "stack.yaml");
  await writeFile(path, stringify(file));
  return path;
}

const detach = (config: StackFile["config"]) => {
  config["slipway:cluster"]["onDestroy"] = "detach";
};
const withQa = (config: StackFile["config"]) => {
  const sources = { "flux-cd-qa": { repository: "flux-cd" } };
  Object.assign(config["slipway:environments"], {
    qa: { namespace: qa, sources, syncs: { qa: { path: "qa", timeout: "2m" } } },
  });
};
const withEmptyQa = (config: StackFile["config"]) => {
  Object.assign(config["slipway:environments"], { qa: { namespace: qa } });
};
const withoutHelm = (config: StackFile["config"]) => {
  config["slipway:flux"]["components"] = ["source-controller", "kustomize-controller"];
};

async function pulumi(
  command: readonly string[],
  change: (config: StackFile["config"]) => void = () => undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const file = await stackFile(change);
  const args = [...command, "--stack", "dev", "--config-file", file, "--non-interactive"];
  return attempt({ ...lab.env, ...env }, "pulumi", args, lab.lab.paths.checkout);
}

const now = ["--yes", "--skip-preview"];

async function succeeds(...call: Parameters<typeof pulumi>): Promise<Ended> {
  const ended = await pulumi(...call);
  expect(ended.code, ended.all).toBe(0);
  return ended;
}

async function list(...args: string[]): Promise<KubeObject[]> {
  const text = await lab.kubectl("get", ...args, "--output", "json");
  return (JSON.parse(text) as { items: KubeObject[] }).items;
}

/** Uids of an app's Deployment and running pods: the same ones have run without a break. */
async function workloads(where = namespace): Promise<string[]> {
  const pods = await list("pods", "--namespace", where, "--field-selector", "status.phase=Running");
  const deployments = await list("deployments", "--namespace", where);
  expect(pods.length).toBeGreaterThan(0);
  return [...deployments, ...pods].map(({ metadata }) => metadata.uid).sort();
}

const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();

/** Everything that is being deleted and not gone, of what Slipway and Flux make. */
async function terminating(): Promise<string[]> {
  const crds = await list("crds");
  const kinds = ["namespaces", "crds", "pods", "deployments", ...names(crds)];
  const objects = await list(kinds.join(","), "--all-namespaces");
  return names(
    objects.filter(({ metadata }) => (metadata as { deletionTimestamp?: string }).deletionTimestamp),
  );
}

async function keysOf(repository: string): Promise<unknown[]> {
  const url = `${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3/repos/acme/${repository}/keys`;
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${lab.env["GITHUB_TOKEN"] ?? ""}` },
  });
  return (await answer.json()) as unknown[];
}

const keys = async () =>
  (await Promise.all(["flux-cd", "helm", "spring-app"].map(keysOf))).map(({ length }) => length);

const syncReady = () =>
  eventually(
    "the sync is Ready",
    () => lab.object("kustomizations.kustomize.toolkit.fluxcd.io", "spring-app", flux),
    (seen) => conditionOf(seen, "Ready")?.status === "True",
  );

/** A sync that comes from Git, in the environment's namespace: one more object with a finalizer of Flux's. */
const nested = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: nested
spec:
  sourceRef: { kind: GitRepository, name: flux-cd, namespace: ${flux} }
  targetNamespace: ${namespace}
  path: ./nested
  interval: 5m
  prune: true
`;

/** Commits that sync, and for another environment a copy of the app. */
async function commitMore(): Promise<void> {
  const git = gitEnvironment(lab.env, { token: lab.env["GITHUB_TOKEN"] ?? "" });
  const folder = join(lab.scratch, "flux-cd");
  const address = `${lab.env["GITHUB_BASE_URL"] ?? ""}acme/flux-cd.git`;
  await run(git, "git", ["clone", "--quiet", address, folder]);
  await run(git, "mkdir", [join(folder, "nested"), join(folder, "qa")]);
  await run(git, "cp", [join(folder, "apps/spring-app/deployment.yaml"), join(folder, "qa")]);
  await writeFile(join(folder, "apps/spring-app/nested.yaml"), nested);
  await writeFile(
    join(folder, "nested/settings.yaml"),
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: b\n",
  );
  await run(git, "git", ["-C", folder, "add", "--all"]);
  await run(git, "git", ["-C", folder, "commit", "--quiet", "--message", "Add a sync and an environment"]);
  await run(git, "git", ["-C", folder, "push", "--quiet", "origin", "HEAD:main"]);
  const at = `reconcile.fluxcd.io/requestedAt=${Date.now()}`;
  await lab.kubectl("annotate", "gitrepository", "flux-cd", "--namespace", flux, "--overwrite", at);
  await eventually("the nested sync has applied", settings, (seen) => seen !== undefined);
}

const settings = () => lab.object("configmap", "settings", namespace);

beforeAll(async () => {
  lab = await startLab();
  await succeeds(["up", ...now], withEmptyQa);
});

afterAll(async () => {
  await lab.end();
});

describe("a Flux controller is left out", () => {
  const byHand = [
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: shop, namespace: default }\n" +
      "spec: { interval: 1h, chart: { spec: { chart: shop, sourceRef: { kind: HelmRepository, name: none } } } }\n",
    "apiVersion: notification.toolkit.fluxcd.io/v1beta3\nkind: Alert\nmetadata: { name: chat, namespace: default }\n" +
      "spec: { providerRef: { name: none }, eventSources: [{ kind: Kustomization, name: '*' }] }\n",
  ];
  const unreachable = { KUBECONFIG: "/nonexistent/kubeconfig" };

  test("while its objects exist: preview and up refuse it by their names, and nothing changes", async () => {
    const file = join(lab.scratch, "by-hand.yaml");
    await writeFile(file, byHand.join("---\n"));
    await lab.kubectl("apply", "--filename", file);
    const before = names(await list("deployments", "--namespace", flux));

    for (const command of [["preview"], ["up", ...now]]) {
      const ended = await pulumi(command, withoutHelm);
      expect(ended.code, ended.all).not.toBe(0);
      expect(ended.all).toContain("HelmRelease default/shop");
      expect(ended.all).toContain("Alert default/chat");
    }
    expect(names(await list("deployments", "--namespace", flux))).toEqual(before);
    expect(await lab.object("crd", "helmreleases.helm.toolkit.fluxcd.io")).toBeDefined();
    expect(await lab.object("helmrelease", "shop", "default")).toBeDefined();
  });

  test("where the cluster cannot be reached: a preview warns, an up refuses", async () => {
    const preview = await succeeds(["preview"], withoutHelm, unreachable);
    expect(preview.all).toContain(
      "Whether objects of helm-controller and notification-controller exist is not known",
    );
    expect(preview.all).toMatch(/Deployment flux-deployment-helm-controller delete/);
    const up = await pulumi(["up", ...now], withoutHelm, unreachable);
    expect(up.code).not.toBe(0);
    expect(up.all).toContain("whether objects of its kinds exist is not known");
  });

  test("once they are deleted: it goes with its kinds, and an environment that is left out with all of it", async () => {
    const before = await workloads();
    await lab.kubectl("create", "configmap", "by-hand", "--namespace", qa);
    await lab.kubectl("delete", "helmrelease/shop", "alert/chat", "--namespace", "default");
    await succeeds(["up", ...now], withoutHelm);
    expect(names(await list("deployments", "--namespace", flux))).toEqual([
      "kustomize-controller",
      "source-controller",
    ]);
    expect(await lab.kubectl("get", "crds", "--output", "name")).not.toMatch(/helmreleases|notification/);
    expect(await workloads()).toEqual(before);
    expect(await lab.object("namespace", qa)).toBeUndefined();
    expect(await terminating()).toEqual([]);
  });
});

describe("detached", () => {
  let before: string[];

  test("an environment that is left out goes without its workloads", async () => {
    const both = (config: StackFile["config"]) => {
      detach(config);
      withQa(config);
    };
    await commitMore();
    await succeeds(["up", ...now], both);
    const running = await workloads(qa);
    await succeeds(["up", ...now], detach);
    expect(await workloads(qa)).toEqual(running);
    expect(names(await list("kustomizations.kustomize.toolkit.fluxcd.io", "--namespace", flux))).toEqual([
      "spring-app",
    ]);
    await lab.kubectl("delete", "namespace", qa);
  });

  test("the workloads run on, and of Flux nothing runs, has rights or can read", async () => {
    before = await workloads();
    const kept = await settings();
    expect(kept).toBeDefined();
    await succeeds(["destroy", ...now]);
    expect(await workloads()).toEqual(before);
    expect(await settings()).toEqual(kept);
    expect(await list("pods,deployments,services,secrets,networkpolicies", "--namespace", flux)).toEqual([]);
    const rights = "clusterroles,clusterrolebindings";
    expect(await list(rights, "--selector", "app.kubernetes.io/part-of=flux")).toEqual([]);
    expect(await keys()).toEqual([0, 0, 0]);
    expect(names(await list("resourcequotas,limitranges", "--namespace", namespace))).toEqual([
      "limits",
      "quota",
    ]);
    expect(await terminating()).toEqual([]);
  });

  test("the documented command takes the same objects back", async () => {
    await succeeds(["up", ...now, "--refresh"], detach, { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" });
    await syncReady();
    expect(await workloads()).toEqual(before);
    expect(await keys()).toEqual([2, 1, 0]);
  });
});

describe("purged", () => {
  test("everything goes, also what a suspended sync would leave, and the end is waited for", async () => {
    await succeeds(["up", ...now], (config) => {
      const sync = config["slipway:environments"]["dev"]?.syncs["spring-app"];
      Object.assign(sync ?? {}, { suspend: true });
    });
    expect(await settings()).toBeDefined();
    await succeeds(["destroy", ...now]);
    expect(names(await list("namespaces"))).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
    expect(await lab.kubectl("get", "crds", "--output", "name")).not.toContain("fluxcd.io");
    expect(await terminating()).toEqual([]);
  });
});
