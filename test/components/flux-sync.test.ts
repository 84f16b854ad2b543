import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Sync, type SyncArgs } from "../../components/flux/sync.ts";
import { type Graph, allRegistered, childCount, sourcesOf, watchGraph } from "./flux-graph.ts";
import { type Registered, only, record, valueOf } from "./mocks.ts";

let registered: Registered[];
let graph: Graph;
let cluster: k8s.Provider;

beforeEach(async () => {
  const status = { lastAppliedRevision: "main@sha1:abc" };
  registered = await record({
    "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization": () => ({ status }),
  });
  graph = watchGraph();
  cluster = new k8s.Provider("cluster", {});
});
afterEach(allRegistered);

function make(args: Partial<SyncArgs> = {}): Sync {
  return new Sync(
    "web",
    { objectName: "web", namespace: "flux-system", sourceRef: { name: "source" }, ...args },
    { provider: cluster },
  );
}

const kustomization = () => only(registered, "web-kustomization");

describe("Sync", () => {
  test("is one Kustomization, awaited until it is Ready", async () => {
    make({ path: "apps/web", targetNamespace: pulumi.output("web"), dependsOn: ["base"] });
    await allRegistered();
    expect(kustomization()).toEqual({
      type: "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization",
      name: "web-kustomization",
      custom: true,
      provider: "cluster",
      inputs: {
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: {
          name: "web",
          namespace: "flux-system",
          annotations: {
            "pulumi.com/waitFor": "condition=Ready",
            "pulumi.com/deletionPropagationPolicy": "background",
          },
        },
        spec: {
          sourceRef: { kind: "GitRepository", name: "source" },
          path: "./apps/web",
          interval: "5m",
          retryInterval: "1m",
          timeout: "5m",
          prune: true,
          wait: true,
          deletionPolicy: "WaitForTermination",
          targetNamespace: "web",
          dependsOn: [{ name: "base" }],
        },
      },
    });
  });

  test.each<Partial<SyncArgs>>([{ suspend: true }, { awaitReady: false }])(
    "is not awaited with %j",
    async (args) => {
      make(args);
      await allRegistered();
      expect(kustomization().inputs["metadata"]).toEqual({
        name: "web",
        namespace: "flux-system",
        annotations: { "pulumi.com/deletionPropagationPolicy": "background" },
      });
    },
  );

  test("is given the time of two attempts and the pause between them", async () => {
    make({ timeout: "2m", retryInterval: "30s" });
    await allRegistered();
    const timeouts = graph.registrations.get("web-kustomization")?.timeouts;
    expect(timeouts).toEqual({ create: "270s", update: "270s", delete: "270s" });
  });

  test("comes after what its inputs come from, and its outputs after it", async () => {
    const namespace = new k8s.core.v1.Namespace(
      "ns",
      { metadata: { name: "flux-system" } },
      { provider: cluster },
    );
    const sync = make({ namespace: namespace.metadata.name });
    await allRegistered();
    expect(graph.registrations.get("web-kustomization")?.dependencies).toEqual(["ns"]);
    expect(await sourcesOf(sync.objectName)).toContain("web-kustomization");
  });

  test("says which revision was applied", async () => {
    expect(await valueOf(make().revision)).toBe("main@sha1:abc");
  });

  test("has its child when the constructor returns, and registers its outputs last", async () => {
    expect(childCount(make())).toBe(1);
    await allRegistered();
    expect(graph.order.filter((name) => name !== "cluster")).toEqual([
      "web",
      "web-kustomization",
      "outputs of web",
    ]);
  });

  test.each<[Partial<SyncArgs>, string]>([
    [{ interval: "5 minutes" }, 'web.interval: "5 minutes" is not a duration: write "5m"'],
    [{ path: "../x" }, 'web.path: "../x" leads out of the source'],
    [{ objectName: "Web" }, 'web.objectName: "Web" is not a Kubernetes name'],
  ])("refuses %j before anything is registered", async (args, message) => {
    expect(() => make(args)).toThrow(message);
    await allRegistered();
    expect(registered.map(({ name }) => name)).toEqual(["cluster"]);
  });

  test("refuses to use the machine's own kubeconfig", () => {
    const bare = () => new Sync("web", { objectName: "web", namespace: "a", sourceRef: { name: "b" } });
    expect(bare).toThrow('Sync "web" has no Kubernetes provider');
  });
});
