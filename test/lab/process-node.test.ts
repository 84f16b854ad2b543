/**
 * The process node on a real cluster, with a program in place of Flux's controllers. The tests build on each other, in
 * this order.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isStatus } from "../../lab/cluster/kube-api.ts";
import type { KubeList, KubeNode, KubeObject } from "../../lab/cluster/kube-types.ts";
import { commandLineOf, waitGone } from "../../lab/process-identity.ts";
import { flagsOf } from "../../lab/process-node/child.ts";
import { listenFlags } from "../../lab/process-node/listen-flags.ts";
import type { Pod } from "../../lab/process-node/pod.ts";
import { isReady } from "../../lab/process-node/pod-status.ts";
import { eventually, startTestCluster, type TestCluster, testTools } from "./cluster-fixture.ts";

const image = "example.test/program:v1";
const namespace = "/api/v1/namespaces/flux-system";
const service = "http://program.flux-system.svc.cluster.local.";

let cluster: TestCluster;
let end: TestCluster["end"] | undefined;
let node: ChildProcess | undefined;
let data: string;

/** What the program says of itself. */
interface Said {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
}

beforeAll(async () => {
  cluster = await startTestCluster([image]);
  end = cluster.end;
  data = join(cluster.dir, "process-node");
  const program = join(cluster.dir, "program");
  const source = await readFile(fileURLToPath(new URL("process-node-program.mjs", import.meta.url)), "utf8");
  await writeFile(program, `#!${process.execPath}\n${source}`);
  await chmod(program, 0o755);
  await writeFile(join(cluster.dir, "images.json"), JSON.stringify({ [image]: program }));
  node = await startNode();
});

afterAll(async () => {
  await endNode("SIGTERM");
  await end?.();
});

async function startNode(): Promise<ChildProcess> {
  const main = fileURLToPath(new URL("../../lab/process-node/main.ts", import.meta.url));
  const files = ["--kubeconfig", cluster.options.kubeconfig, "--data", data];
  const images = ["--images", join(cluster.dir, "images.json")];
  const child = spawn(process.execPath, [main, ...files, ...images], {
    env: { AMBIENT: "must not be seen" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("ready ")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the process node ended with ${code ?? "a signal"}`)));
  });
  return child;
}

async function endNode(name: NodeJS.Signals): Promise<void> {
  const child = node;
  node = undefined;
  if (child === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(name);
  await ended;
}

/** The one pod of the Deployment that is not being deleted, once it is ready. */
async function readyPod(): Promise<Pod> {
  return eventually(async () => {
    const { items } = await cluster.api.get<KubeList<Pod>>(`${namespace}/pods`, {
      labelSelector: "app=program",
    });
    const [pod, ...more] = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return more.length === 0 && isReady(pod?.status) && pod;
  });
}

/** Asks through the service proxy, as a process of the node would. */
async function ask(url: string): Promise<{ readonly code: number; readonly text: string }> {
  const { proxy } = JSON.parse(await readFile(join(data, "ports.json"), "utf8")) as { proxy: number };
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: proxy, path: url, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ code: response.statusCode ?? 0, text }));
    })
      .on("error", reject)
      .end();
  });
}

/** What the program says once the Service leads to it. */
async function said(): Promise<Said> {
  return eventually(async () => {
    const { code, text } = await ask(`${service}/`);
    return code === 200 && (JSON.parse(text) as Said);
  });
}

const restarts = (pod: Pod): number => pod.status?.containerStatuses?.[0]?.restartCount ?? 0;

const deployment = {
  metadata: { name: "program" },
  spec: {
    strategy: { type: "Recreate" },
    selector: { matchLabels: { app: "program" } },
    template: {
      metadata: { labels: { app: "program" } },
      spec: {
        serviceAccountName: "program",
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name: "manager",
            image,
            args: ["--storage-path=/data", "--adv=program.$(RUNTIME_NAMESPACE).svc."],
            env: [
              { name: "RUNTIME_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
              { name: "CACHE", value: "/tmp/cache" },
            ],
            ports: [
              { name: "http", containerPort: 9090 },
              { name: "healthz", containerPort: 9440 },
            ],
            readinessProbe: { httpGet: { port: "http", path: "/" } },
            livenessProbe: { httpGet: { port: "healthz", path: "/healthz" } },
            volumeMounts: [
              { name: "data", mountPath: "/data" },
              { name: "tmp", mountPath: "/tmp" },
            ],
          },
        ],
        volumes: [
          { name: "data", emptyDir: {} },
          { name: "tmp", emptyDir: {} },
        ],
      },
    },
  },
};

describe("the process node", () => {
  it("registers as a node that only its own pods go to", async () => {
    const { spec, status } = await cluster.api.get<KubeNode>("/api/v1/nodes/process-node");
    expect(status?.conditions?.find(({ type }) => type === "Ready")?.status).toBe("True");
    expect(spec?.taints).toContainEqual({
      key: "slipway.dev/process-node",
      value: "true",
      effect: "NoSchedule",
    });
    await cluster.api.get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/process-node");
  });

  it("runs a Deployment's pod of a known image as a process", async () => {
    await cluster.api.post("/api/v1/namespaces", { metadata: { name: "flux-system" } });
    await cluster.api.post(`${namespace}/serviceaccounts`, { metadata: { name: "program" } });
    await cluster.api.post("/apis/apps/v1/namespaces/flux-system/deployments", deployment);
    await cluster.api.post(`${namespace}/services`, {
      metadata: { name: "program" },
      spec: { selector: { app: "program" }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    });
    const pod = await readyPod();
    expect(pod.spec.nodeName).toBe("process-node");
    expect(pod.status).toMatchObject({ phase: "Running", hostIP: "127.0.0.1" });
    expect(await commandLineOf((await said()).pid)).toContain("--storage-path=");
  });

  it("gives it its arguments and paths, ports of its own, and nothing of the outside", async () => {
    const pod = await readyPod();
    const { args, env } = await said();
    const volumes = join(data, "pods", pod.metadata.uid ?? "", "volumes");
    expect(args.slice(0, 2)).toEqual([
      `--storage-path=${join(volumes, "data")}`,
      "--adv=program.flux-system.svc.",
    ]);
    expect(args.slice(2).map((arg) => arg.replace(/\d+$/, "PORT"))).toEqual([
      "--health-addr=127.0.0.1:PORT",
      "--storage-addr=127.0.0.1:PORT",
    ]);
    expect(env).toMatchObject({ RUNTIME_NAMESPACE: "flux-system", CACHE: join(volumes, "tmp", "cache") });
    expect(env).toMatchObject({ TMPDIR: join(volumes, "tmp"), HOSTNAME: pod.metadata.name });
    expect(env["AMBIENT"]).toBeUndefined();
  });

  it("gives it the rights of its service account and no others", async () => {
    const { env } = await said();
    const file = env["KUBECONFIG"] ?? "";
    const config = parse(await readFile(file, "utf8")) as { users: { user: { tokenFile: string } }[] };
    const tokenFile = config.users[0]?.user.tokenFile ?? "";
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    const review = await cluster.api.post<{ status: { user?: { username: string; extra?: object } } }>(
      "/apis/authentication.k8s.io/v1/tokenreviews",
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        spec: { token: await readFile(tokenFile, "utf8") },
      },
    );
    const pod = await readyPod();
    expect(review.status.user).toMatchObject({
      username: "system:serviceaccount:flux-system:program",
      extra: { "authentication.kubernetes.io/pod-uid": [pod.metadata.uid] },
    });
  });

  it("passes requests on to Services of the cluster and to nothing else", async () => {
    expect((await ask(`${service}/`)).code).toBe(200);
    const outside = await ask("http://example.com/");
    expect(outside).toEqual({
      code: 502,
      text: "example.com:80: the lab talks to nothing outside this machine\n",
    });
  });

  it("shows the pod's log through the API server", async () => {
    const { metadata } = await readyPod();
    const log = await cluster.api.get<string>(`${namespace}/pods/${metadata.name}/log`);
    expect(log).toContain("the program has started");
  });

  it("starts a crashed process again and says how it ended", async () => {
    const before = await readyPod();
    await ask(`${service}/crash`);
    const after = await eventually(async () => {
      const pod = await readyPod();
      return restarts(pod) > restarts(before) && pod;
    });
    expect(after.metadata.uid).toBe(before.metadata.uid);
    const ended = after.status?.containerStatuses?.[0]?.lastState.terminated;
    expect(ended).toMatchObject({ exitCode: 3, reason: "Error" });
    expect(ended?.message).toContain("asked to crash");
  });

  it.runIf(process.platform === "linux")("leaves no process behind when it is killed", async () => {
    const { pid } = await said();
    await endNode("SIGKILL");
    expect(await waitGone(pid, 5_000)).toBe(true);
  });

  it("runs its pods again after its own restart", async () => {
    const { items } = await cluster.api.get<KubeList<Pod>>(`${namespace}/pods`);
    await endNode("SIGTERM");
    node = await startNode();
    const after = await eventually(async () => {
      const pod = await readyPod();
      return restarts(pod) > Math.max(...items.map(restarts)) && pod;
    });
    expect(items.map(({ metadata }) => metadata.uid)).toEqual([after.metadata.uid]);
    expect(await commandLineOf((await said()).pid)).toBeDefined();
  });

  it("makes a pod Ready again that the node controller has marked otherwise", async () => {
    const pod = await readyPod();
    const path = `${namespace}/pods/${pod.metadata.name}`;
    const conditions = pod.status?.conditions?.map((entry) =>
      entry.type === "Ready" ? { ...entry, status: "False" } : entry,
    );
    const marked = await cluster.api.mergePatch<Pod>(`${path}/status`, { status: { conditions } });
    expect(isReady(marked.status)).toBe(false);
    await eventually(async () => isReady((await cluster.api.get<Pod>(path)).status));
  });

  it("ends the process of a pod that is deleted, and its successor takes over", async () => {
    const [before, { pid }] = [await readyPod(), await said()];
    await cluster.api.delete(`${namespace}/pods/${before.metadata.name}`);
    expect(await waitGone(pid, 20_000)).toBe(true);
    const after = await eventually(async () => {
      const next = await readyPod();
      return next.metadata.uid !== before.metadata.uid && next;
    });
    expect(after.metadata.name).not.toBe(before.metadata.name);
  });

  it("takes Flux's pods whatever their image, says that it has no program for it, and runs it once it has", async () => {
    await cluster.api.post(`${namespace}/pods`, {
      metadata: { name: "stranger", labels: { "app.kubernetes.io/part-of": "flux" } },
      spec: { containers: [{ name: "c", image: "example.test/stranger:v1", args: ["stranger"] }] },
    });
    const stranger = () => cluster.api.get<Pod>(`${namespace}/pods/stranger`);
    const stateOf = ({ status }: Pod) => status?.containerStatuses?.[0]?.state;
    const state = await eventually(async () => {
      const now = stateOf(await stranger());
      return now !== undefined && "waiting" in now && now.waiting.reason === "ErrImagePull" && now.waiting;
    });
    expect(state.message).toContain("no program for this image; it has example.test/program:v1.");
    expect(state.message).toContain("npm run lab -- up");

    const program = join(cluster.dir, "program");
    const images = { [image]: program, "example.test/stranger:v1": program };
    await writeFile(join(cluster.dir, "images.json"), JSON.stringify(images));
    await eventually(async () => "running" in (stateOf(await stranger()) ?? {}));
    await cluster.api.delete(`${namespace}/pods/stranger`);
    await eventually(() => gone(`${namespace}/pods/stranger`));
  });

  it("ends the process when the Deployment goes", async () => {
    const { pid } = await said();
    await cluster.api.delete("/apis/apps/v1/namespaces/flux-system/deployments/program");
    expect(await waitGone(pid, 20_000)).toBe(true);
    await eventually(async () => {
      const { items } = await cluster.api.get<KubeList<KubeObject>>(`${namespace}/pods`);
      return items.length === 0;
    });
  });
});

describe("Flux's own program", () => {
  it("names in its help the listeners that the process node moves", async () => {
    const { "source-controller": program } = await testTools();
    expect(listenFlags(await flagsOf(program), []).map(({ name, port }) => `${name}:${port}`)).toEqual([
      "health-addr:9440",
      "metrics-addr:8080",
      "storage-addr:9090",
    ]);
  });
});

async function gone(path: string): Promise<boolean> {
  return cluster.api.get(path).then(
    () => false,
    (error: unknown) => isStatus(error, 404),
  );
}
