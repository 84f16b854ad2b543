/** The lab's cluster through its life. The tests build on each other, in this order. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterStatus, createCluster, startCluster, stopCluster } from "../../lab/cluster/cluster.ts";
import { KubeApi } from "../../lab/cluster/kube-api.ts";
import type { KubeList } from "../../lab/cluster/kube-types.ts";
import { readKubeconfig } from "../../lab/cluster/kubeconfig.ts";
import type { Pod } from "../../lab/process-node/pod.ts";
import { isReady } from "../../lab/process-node/pod-status.ts";
import { eventually, startTestCluster, type TestCluster } from "./cluster-fixture.ts";

const run = promisify(execFile);
let cluster: TestCluster;
let end: TestCluster["end"] | undefined;

beforeAll(async () => {
  cluster = await startTestCluster(["example.test/known:v1"]);
  end = cluster.end;
});
afterAll(() => end?.());

async function webPods(): Promise<readonly Pod[]> {
  const { items } = await cluster.api.get<KubeList<Pod>>("/api/v1/namespaces/apps/pods");
  return items;
}

const ready = (pods: readonly Pod[], count: number): boolean =>
  pods.length === count && pods.every(({ status }) => isReady(status));

describe("the lab's cluster", () => {
  it("runs every component and is ready", async () => {
    const { components, ready: serves } = await clusterStatus(cluster.options);
    expect(serves).toBe(true);
    expect(components.map(({ name, running }) => [name, running])).toEqual([
      ["etcd", true],
      ["kube-apiserver", true],
      ["kube-controller-manager", true],
      ["kube-scheduler", true],
      ["kwok-controller", true],
    ]);
  });

  it.runIf(process.platform === "linux")("listens on 127.0.0.1 alone", async () => {
    const { components } = await clusterStatus(cluster.options);
    const { stdout } = await run("ss", ["-Hltnp"]);
    const ours = stdout
      .split("\n")
      .filter((line) => components.some(({ pid }) => line.includes(`pid=${pid},`)));
    expect(ours.length).toBeGreaterThanOrEqual(6);
    for (const line of ours) expect(line.split(/\s+/)[3]).toMatch(/^127\.0\.0\.1:/);
  });

  it("writes a kubeconfig with which the API server answers", async () => {
    const connection = await readKubeconfig(cluster.options.kubeconfig);
    const api = new KubeApi(connection);
    expect(await api.get<{ gitVersion: string }>("/version")).toMatchObject({ gitVersion: "v1.36.3" });
    api.close();
    const { contexts } = JSON.parse(await readFile(cluster.options.kubeconfig, "utf8")) as {
      contexts: { name: string }[];
    };
    expect(contexts.map(({ name }) => name)).toEqual(["dev", "prod"]);
  });

  it("enforces RBAC", async () => {
    const review = await cluster.api.post<{ status: { allowed: boolean } }>(
      "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          user: "system:serviceaccount:default:default",
          resourceAttributes: { verb: "list", resource: "secrets" },
        },
      },
    );
    expect(review.status.allowed).toBe(false);
  });

  it("simulates the pods of a Deployment", async () => {
    await cluster.api.post("/api/v1/namespaces", { metadata: { name: "apps" } });
    const labels = { app: "web" };
    await cluster.api.post("/apis/apps/v1/namespaces/apps/deployments", {
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "web", image: "example.test/web:v1" }] },
        },
      },
    });
    const pods = await eventually(async () => {
      const found = await webPods();
      return ready(found, 2) && found;
    });
    expect(pods.map(({ spec }) => spec.nodeName)).toEqual(["node-1", "node-1"]);
  });

  it("sends a pod of a known image to the process node, and only in its namespace", async () => {
    await cluster.api.post("/api/v1/namespaces", { metadata: { name: "flux-system" } });
    const create = (namespace: string, image: string): Promise<Pod> =>
      eventually(() =>
        cluster.api
          .post<Pod>(
            `/api/v1/namespaces/${namespace}/pods`,
            { metadata: { name: "p" }, spec: { containers: [{ name: "c", image }] } },
            { dryRun: "All" },
          )
          // Until the namespace has its service account.
          .catch(() => undefined),
      );
    const selector = async (namespace: string, image: string) =>
      (await create(namespace, image)).spec as { nodeSelector?: object; tolerations?: object[] };
    expect(await selector("flux-system", "example.test/known:v1")).toMatchObject({
      nodeSelector: { "slipway.dev/process-node": "true" },
      tolerations: expect.arrayContaining([
        { key: "slipway.dev/process-node", operator: "Exists", effect: "NoSchedule" },
      ]) as unknown,
    });
    expect((await selector("flux-system", "example.test/known:v2")).nodeSelector).toBeUndefined();
    expect((await selector("apps", "example.test/known:v1")).nodeSelector).toBeUndefined();
  });

  it("keeps its data over a stop, and its simulated pods come back Ready", async () => {
    const before = (await webPods()).map(({ metadata }) => metadata.uid);
    await stopCluster(cluster.options);
    const stopped = await clusterStatus(cluster.options);
    expect(stopped.ready).toBe(false);
    expect(stopped.components.some(({ running }) => running)).toBe(false);
    await createCluster(cluster.options);
    const after = await eventually(async () => {
      const found = await webPods();
      return ready(found, 2) && found;
    });
    expect(after.map(({ metadata }) => metadata.uid)).toEqual(before);
  });

  it("simulates new pods right after a restart", async () => {
    await cluster.api.mergePatch("/apis/apps/v1/namespaces/apps/deployments/web", { spec: { replicas: 3 } });
    await eventually(async () => ready(await webPods(), 3));
  });

  it("makes a simulated pod Ready again that the node controller has marked otherwise", async () => {
    const [pod] = await webPods();
    const path = `/api/v1/namespaces/apps/pods/${pod?.metadata.name ?? ""}`;
    const conditions = pod?.status?.conditions?.map((entry) =>
      entry.type === "Ready" ? { ...entry, status: "False" } : entry,
    );
    const marked = await cluster.api.mergePatch<Pod>(`${path}/status`, { status: { conditions } });
    expect(isReady(marked.status)).toBe(false);
    await eventually(async () => isReady((await cluster.api.get<Pod>(path)).status));
  });

  it("starts again the component that crashed", async () => {
    const scheduler = async () => {
      const { components } = await clusterStatus(cluster.options);
      return components.find(({ name }) => name === "kube-scheduler");
    };
    const { pid } = (await scheduler()) ?? {};
    process.kill(pid ?? 0, "SIGKILL");
    await eventually(async () => (await scheduler())?.running === false);
    await startCluster(cluster.options);
    expect((await scheduler())?.running).toBe(true);
    expect((await scheduler())?.pid).not.toBe(pid);
  });
});
