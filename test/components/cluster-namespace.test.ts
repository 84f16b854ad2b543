import * as k8s from "@pulumi/kubernetes";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClusterNamespace, type ClusterNamespaceArgs } from "../../components/cluster/namespace.ts";
import { namespaceLabels } from "../../components/cluster/specs.ts";
import { type Graph, allRegistered, childCount, sourcesOf, watchGraph } from "./flux-graph.ts";
import { type Registered, only, record, valueOf } from "./mocks.ts";

/** What is deleted without waiting for the garbage collector. */
const atOnce = { "pulumi.com/deletionPropagationPolicy": "background" };

let registered: Registered[];
let graph: Graph;
let cluster: k8s.Provider;

beforeEach(async () => {
  registered = await record();
  graph = watchGraph();
  cluster = new k8s.Provider("cluster", {});
});
afterEach(allRegistered);

function make(args: Partial<ClusterNamespaceArgs> = {}): ClusterNamespace {
  return new ClusterNamespace("dev", { namespace: "web", ...args }, { provider: cluster });
}

const children = () => registered.filter(({ custom, name }) => custom && name !== "cluster");

const everything: Partial<ClusterNamespaceArgs> = {
  labels: { team: "web" },
  annotations: { contact: "web@example.com" },
  podSecurity: "baseline",
  quota: { "requests.cpu": "4", pods: 20 },
  limitRange: { defaultRequest: { cpu: "50m" } },
  defaultDeny: { sameNamespace: true },
};

describe("ClusterNamespace", () => {
  test("is a namespace that asks for restricted pods, and nothing more unless told otherwise", async () => {
    make();
    await allRegistered();
    expect(children()).toEqual([
      {
        type: "kubernetes:core/v1:Namespace",
        name: "dev-namespace",
        custom: true,
        provider: "cluster",
        inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "web", labels: namespaceLabels() } },
      },
    ]);
  });

  test("has each rule that is asked for, in the namespace", async () => {
    make(everything);
    await allRegistered();
    expect(children().map(({ name, provider }) => [name, provider])).toEqual([
      ["dev-namespace", "cluster"],
      ["dev-quota", "cluster"],
      ["dev-limits", "cluster"],
      ["dev-default-deny", "cluster"],
    ]);
    expect(only(registered, "dev-namespace").inputs["metadata"]).toEqual({
      name: "web",
      labels: namespaceLabels({ team: "web" }, { enforce: "baseline" }),
      annotations: { contact: "web@example.com" },
    });
    expect(only(registered, "dev-quota")).toMatchObject({
      type: "kubernetes:core/v1:ResourceQuota",
      inputs: {
        metadata: { name: "quota", namespace: "web", annotations: atOnce },
        spec: { hard: { "requests.cpu": "4", pods: "20" } },
      },
    });
    expect(only(registered, "dev-limits")).toMatchObject({
      type: "kubernetes:core/v1:LimitRange",
      inputs: {
        metadata: { name: "limits", namespace: "web", annotations: atOnce },
        spec: { limits: [{ type: "Container", defaultRequest: { cpu: "50m" } }] },
      },
    });
    expect(only(registered, "dev-default-deny")).toMatchObject({
      type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      inputs: {
        metadata: { name: "default-deny", namespace: "web", annotations: atOnce },
        spec: {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ from: [{ podSelector: {} }] }],
        },
      },
    });
  });

  test("gives containers defaults where its quota would refuse pods without", async () => {
    make({ quota: { "requests.memory": "4Gi" } });
    await allRegistered();
    expect(only(registered, "dev-limits").inputs["spec"]).toEqual({
      limits: [
        {
          type: "Container",
          default: { cpu: "500m", memory: "512Mi" },
          defaultRequest: { cpu: "100m", memory: "128Mi" },
        },
      ],
    });
  });

  test("leaves containers alone under a quota of other things", async () => {
    make({ quota: { pods: 20 } });
    await allRegistered();
    expect(children().map(({ name }) => name)).toEqual(["dev-namespace", "dev-quota"]);
  });

  test("is known by its name when its rules are in force", async () => {
    const namespace = make(everything);
    expect(await valueOf(namespace.namespaceName)).toBe("web");
    expect(await sourcesOf(namespace.namespaceName)).toEqual([
      "dev-default-deny",
      "dev-limits",
      "dev-namespace",
      "dev-quota",
    ]);
    for (const rule of ["dev-quota", "dev-limits", "dev-default-deny"]) {
      expect(graph.registrations.get(rule)?.dependencies).toEqual(["dev-namespace"]);
    }
  });

  test("has all its children when the constructor returns, and registers its outputs last", async () => {
    expect(childCount(make(everything))).toBe(4);
    await allRegistered();
    expect(graph.order.at(-1)).toBe("outputs of dev");
  });

  test("refuses wrong names before anything is registered", async () => {
    const wrong = { namespace: "kube-system", labels: { "pod-security.kubernetes.io/warn": "baseline" } };
    expect(() => make(wrong)).toThrow(/(\n {2}- .*){2}/);
    await allRegistered();
    expect(registered.map(({ name }) => name)).toEqual(["cluster"]);
  });

  test("refuses to use the machine's own kubeconfig", () => {
    expect(() => new ClusterNamespace("dev", { namespace: "web" })).toThrow(
      'ClusterNamespace "dev" has no Kubernetes provider',
    );
  });
});
