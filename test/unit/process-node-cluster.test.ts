import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kubeconfigText, readKubeconfig, writeKubeconfig } from "../../lab/cluster/kubeconfig.ts";
import { kwokctlConfig } from "../../lab/cluster/kwokctl-config.ts";
import { processNodePolicy } from "../../lab/cluster/process-node-policy.ts";
import { parseImages, parseOptions } from "../../lab/process-node/options.ts";

const connection = { server: "https://127.0.0.1:6443", ca: "CA", cert: "CERT", key: "KEY" };

describe("the lab's kubeconfig", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "slipway-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("has every context for the one cluster, the first as current", () => {
    const config = parse(kubeconfigText(connection, ["dev", "prod"])) as Record<string, unknown>;
    expect(config["current-context"]).toBe("dev");
    expect(config["contexts"]).toEqual([
      { name: "dev", context: { cluster: "dev", user: "dev" } },
      { name: "prod", context: { cluster: "dev", user: "dev" } },
    ]);
  });

  it("is written for its owner alone and read back", async () => {
    const file = join(dir, "sub", "kubeconfig");
    await writeKubeconfig(file, connection, ["dev"]);
    expect(await readKubeconfig(file)).toEqual(connection);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("is refused when it names a server elsewhere", async () => {
    const file = join(dir, "real");
    await writeFile(file, kubeconfigText({ ...connection, server: "https://k8s.example.com" }, ["prod"]));
    await expect(readKubeconfig(file)).rejects.toThrow(/only talks to https:\/\/127.0.0.1/);
    expect(await readFile(file, "utf8")).toContain("k8s.example.com");
  });
});

describe("kwokctlConfig", () => {
  const config = kwokctlConfig({
    binaries: {
      kwokctl: "/b/kwokctl",
      kwok: "/b/kwok",
      etcd: "/b/etcd",
      kubeApiserver: "/b/a",
      kubeControllerManager: "/b/c",
      kubeScheduler: "/b/s",
      kubectl: "/b/kubectl",
    },
    ports: { apiserver: 1, etcd: 2, etcdPeer: 3, controllerManager: 4, scheduler: 5, kwok: 6 },
    kubeVersion: "v1.36.3",
    clusterDir: "/lab/clusters/x",
    stagesFile: "/lab/stages.yaml",
  });
  const { options, componentsPatches } = parse(config) as {
    options: Record<string, unknown>;
    componentsPatches: { name: string; extraArgs: { key: string; value: string }[] }[];
  };

  it("binds to this machine alone and enforces RBAC and admission", () => {
    expect(options).toMatchObject({
      bindAddress: "127.0.0.1",
      securePort: true,
      kubeAuthorization: true,
      kubeAdmission: true,
    });
  });

  it("lets kwok have only the nodes that are marked for it", () => {
    expect(componentsPatches.find(({ name }) => name === "kwok-controller")?.extraArgs).toEqual([
      { key: "config", value: "/lab/stages.yaml" },
      { key: "manage-all-nodes", value: "false" },
      { key: "manage-nodes-with-annotation-selector", value: "kwok.x-k8s.io/node=fake" },
    ]);
  });
});

describe("the process node's policy", () => {
  it("matches exactly the images, Flux's pods and the namespace, and fails closed", () => {
    const { spec } = processNodePolicy({ images: ["a/b:1", "c:2"], namespace: "flux" }) as {
      spec: { failurePolicy: string; matchConditions: unknown; matchConstraints: unknown };
    };
    expect(spec.failurePolicy).toBe("Fail");
    expect(spec.matchConditions).toEqual([
      {
        name: "known-images-or-flux",
        expression:
          `object.spec.containers.all(c, c.image in ["a/b:1", "c:2"]) || ` +
          `object.metadata.?labels[?"app.kubernetes.io/part-of"].orValue("") == "flux"`,
      },
    ]);
    expect(JSON.stringify(spec.matchConstraints)).toContain(`"values":["flux","kube-node-lease"]`);
  });
});

describe("the process node's command line", () => {
  it("names everything that is wrong at once", () => {
    expect(() => parseOptions(["--data", "d", "--proxy-port", "x"])).toThrow(
      /--kubeconfig is missing\n--images is missing\n--proxy-port: "x" is no port/,
    );
  });

  it("has defaults for what may be left out", () => {
    expect(parseOptions(["--kubeconfig", "k", "--data", "d", "--images", "i"])).toMatchObject({
      nodeName: "process-node",
      namespace: "flux-system",
      proxyPort: 0,
    });
  });

  it("wants absolute paths for images", () => {
    expect(() => parseImages(`{"a:1": "bin/a"}`, "images.json")).toThrow(/images.json: a:1: got "bin\/a"/);
  });
});
