/** The world is not as the state has it: not there yet, changed behind Pulumi's back, or gone. One lab, in this order. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteCluster } from "../../lab/cluster/cluster.ts";
import { clusterOptions, down, up } from "../../lab/lab.ts";
import { hosted } from "../../scripts/hosted.ts";
import { attempt, eventually, startLab, type TestLab } from "./commands.ts";
import { DevStack } from "./dev-stack.ts";

let lab: TestLab;
let stack: DevStack;

beforeAll(async () => {
  lab = await startLab();
  stack = new DevStack(lab);
});

afterAll(async () => {
  await lab.end();
});

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

describe("changed behind its back", () => {
  beforeAll(async () => {
    const ended = await stack.up();
    expect(ended.code, ended.all).toBe(0);
  });

  const uidOf = async (kind: string, name: string) =>
    (await lab.object(kind, name, "flux-system"))?.metadata.uid;

  test("what was deleted or edited comes back with one command, and nothing else is touched", async () => {
    const before = await Promise.all([
      uidOf("deployment", "helm-controller"),
      uidOf("gitrepository", "flux-cd"),
    ]);
    const [charts] = await stack.keysOf("helm");
    const commits = await stack.commitsOf("flux-cd");
    await lab.kubectl("delete", "deployment", "notification-controller", "--namespace", "flux-system");
    await lab.kubectl("delete", "clusterrolebinding", "crd-controller-flux-system");
    await lab.kubectl(
      ...["scale", "deployment", "kustomize-controller", "--namespace", "flux-system", "--replicas", "0"],
    );
    await stack.api(`/repos/acme/helm/keys/${charts?.id ?? 0}`, "DELETE");
    const variable = "/repos/acme/spring-app/actions/variables/IMAGE_REPO";
    await stack.api(variable, "PATCH", { value: "docker.io/else" });

    // What `npm run demo` runs as well.
    const ended = await stack.up("--refresh");
    expect(ended.code, ended.all).toBe(0);
    expect((await stack.api<{ value: string }>(variable)).value).toBe("ghcr.io/acme");
    expect((await stack.keysOf("helm")).map(({ key }) => key)).toEqual([charts?.key]);
    const { spec } = (await lab.object("deployment", "kustomize-controller", "flux-system")) ?? {};
    expect(spec?.replicas).toBe(1);
    expect(await lab.object("clusterrolebinding", "crd-controller-flux-system")).toBeDefined();
    expect(
      await Promise.all([uidOf("deployment", "helm-controller"), uidOf("gitrepository", "flux-cd")]),
    ).toEqual(before);
    expect(await stack.commitsOf("flux-cd")).toEqual(commits);
    await stack.expectWhole();
  });

  test("a repository that was deleted on the host is there again, with a first commit and its reader's key", async () => {
    const [charts] = await stack.keysOf("helm");
    const commits = await stack.commitsOf("flux-cd");
    await stack.api("/repos/acme/helm", "DELETE");
    const ended = await stack.up("--refresh");
    expect(ended.code, ended.all).toBe(0);
    expect(await stack.commitsOf("helm")).toHaveLength(1);
    expect((await stack.keysOf("helm")).map(({ key }) => key)).toEqual([charts?.key]);
    expect(await stack.commitsOf("flux-cd")).toEqual(commits);
    await stack.expectWhole();
  });
});

describe("the cluster is gone", () => {
  test("an up to a fresh one gives the same platform, with the same repositories", async () => {
    const before = await stack.commitsOf("flux-cd");
    await down(lab.lab);
    await deleteCluster(clusterOptions(lab.lab));
    await up(lab.lab, () => undefined);
    const ended = await stack.up("--refresh");
    expect(ended.code, ended.all).toBe(0);
    expect(await stack.commitsOf("flux-cd")).toEqual(before);
    await stack.expectWhole();
    await eventually(
      "the app is back",
      () => lab.object("deployment", "spring-app", "spring-app-namespace"),
      (seen) => seen?.status?.availableReplicas === 1,
    );
  });

  test("and a destroy says what to do, which removes the state and what is on the host", async () => {
    await deleteCluster(clusterOptions(lab.lab));
    const stopped = await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(stopped.code).not.toBe(0);
    expect(stopped.all).toContain("PULUMI_K8S_DELETE_UNREACHABLE");

    const env = { ...lab.env, PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    await new DevStack(lab, { env }).destroy("--refresh");
    const { stdout } = await stack.pulumi(["stack", "export"]);
    const state = JSON.parse(stdout) as { deployment: { resources?: unknown[] } };
    expect(state.deployment.resources ?? []).toEqual([]);
    expect(await hosted("github", lab.env)).toEqual([]);
  });
});
