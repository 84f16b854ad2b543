import { describe, expect, it } from "vitest";
import { parsePath, formatPath } from "../../lab/providers/kubernetes/diff.ts";
import type { Gvk } from "../../lab/providers/kubernetes/kinds.ts";
import { planUpdate, type PlanInputs } from "../../lab/providers/kubernetes/replacement.ts";
import { UNKNOWN, type JsonObject } from "../../lab/providers/values.ts";

const CONFIG_MAP: Gvk = { group: "", version: "v1", kind: "ConfigMap" };
const SECRET: Gvk = { group: "", version: "v1", kind: "Secret" };
const DEPLOYMENT: Gvk = { group: "apps", version: "v1", kind: "Deployment" };
const SERVICE: Gvk = { group: "", version: "v1", kind: "Service" };
const KUSTOMIZATION: Gvk = { group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization" };
const KEEP = { secrets: false, configMaps: false };

function object(gvk: Gvk, fields: JsonObject, metadata: JsonObject = {}): JsonObject {
  const apiVersion = gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
  return { apiVersion, kind: gvk.kind, metadata: { name: "a", namespace: "n", ...metadata }, ...fields };
}

function plan(
  gvk: Gvk,
  parts: Partial<PlanInputs> & { old: JsonObject; next: JsonObject; live?: JsonObject },
) {
  const { old, next, live = old, ...rest } = parts;
  const result = planUpdate({
    gvk,
    namespaced: true,
    live: { ...live, metadata: { uid: "u", resourceVersion: "7", ...(live["metadata"] as JsonObject) } },
    oldInputs: old,
    newInputs: next,
    ignoreChanges: [],
    mutability: KEEP,
    ...rest,
  });
  return { ...result, changes: Object.fromEntries(result.changes) };
}

const unchanged = { changes: {}, replaces: [], deleteBeforeReplace: false };

describe("a planned update", () => {
  it("is none for the same inputs, whatever the cluster added", () => {
    const old = object(DEPLOYMENT, { spec: { replicas: 1 } });
    const live = object(DEPLOYMENT, { spec: { replicas: 1, paused: false }, status: { replicas: 1 } });
    expect(plan(DEPLOYMENT, { old, live, next: old })).toEqual(unchanged);
  });

  it("names every property that is added, changed and deleted", () => {
    const old = object(
      DEPLOYMENT,
      { spec: { replicas: 1, paused: true } },
      { annotations: { "a.b/c": "1" } },
    );
    const next = object(
      DEPLOYMENT,
      { spec: { replicas: 2, minReadySeconds: 3 } },
      { annotations: { "a.b/c": "2" } },
    );
    expect(plan(DEPLOYMENT, { old, next }).changes).toEqual({
      'metadata.annotations["a.b/c"]': { kind: "update", replace: false },
      "spec.replicas": { kind: "update", replace: false },
      "spec.minReadySeconds": { kind: "add", replace: false },
      "spec.paused": { kind: "delete", replace: false },
    });
  });

  it("compares lists item by item", () => {
    const containers = (...images: string[]): JsonObject => ({
      spec: { template: { spec: { containers: images.map((image) => ({ image })) } } },
    });
    const old = object(DEPLOYMENT, containers("a:1", "b:1", "c:1"));
    const next = object(DEPLOYMENT, containers("a:1", "b:2"));
    expect(plan(DEPLOYMENT, { old, next }).changes).toEqual({
      "spec.template.spec.containers[1].image": { kind: "update", replace: false },
      "spec.template.spec.containers[2]": { kind: "delete", replace: false },
    });
  });

  it("sees what a refresh found changed behind its back", () => {
    const old = object(KUSTOMIZATION, { spec: { suspend: true } });
    const next = object(KUSTOMIZATION, { spec: { suspend: false } });
    expect(plan(KUSTOMIZATION, { old, live: old, next }).changes).toEqual({
      "spec.suspend": { kind: "update", replace: false },
    });
  });

  it("takes the same quantity in another writing for no change", () => {
    const resources = (cpu: string | number, memory: string): JsonObject => ({
      spec: { template: { spec: { containers: [{ resources: { requests: { cpu, memory } } }] } } },
    });
    const old = object(DEPLOYMENT, resources("1000m", "1024Mi"));
    const live = object(DEPLOYMENT, resources("1", "1Gi"));
    expect(plan(DEPLOYMENT, { old, live, next: old })).toEqual(unchanged);
    expect(plan(DEPLOYMENT, { old, live, next: object(DEPLOYMENT, resources(1, "1Gi")) })).toEqual(unchanged);
  });

  it("forgives an empty value that the server does not keep, of Kubernetes' own types only", () => {
    const old = object(DEPLOYMENT, { spec: { paused: false, template: { spec: { volumes: [] } } } });
    const live = object(DEPLOYMENT, { spec: { template: { spec: {} } } });
    expect(plan(DEPLOYMENT, { old, live, next: old })).toEqual(unchanged);
    const custom = object(KUSTOMIZATION, { spec: { suspend: false } });
    const dropped = object(KUSTOMIZATION, { spec: {} });
    expect(plan(KUSTOMIZATION, { old: custom, live: dropped, next: custom }).changes).toEqual({
      "spec.suspend": { kind: "add", replace: false },
    });
  });

  it("counts an unknown value as a change", () => {
    const old = object(KUSTOMIZATION, { spec: { path: "a" } });
    const next = object(KUSTOMIZATION, { spec: { path: UNKNOWN, extra: UNKNOWN } });
    expect(plan(KUSTOMIZATION, { old, next }).changes).toEqual({
      "spec.path": { kind: "update", replace: false },
      "spec.extra": { kind: "add", replace: false },
    });
  });

  it("leaves out what the program ignores", () => {
    const old = object(DEPLOYMENT, { spec: { replicas: 1 } });
    const next = object(DEPLOYMENT, { spec: { replicas: 2 } });
    expect(plan(DEPLOYMENT, { old, next, ignoreChanges: ["spec.replicas"] })).toEqual(unchanged);
    expect(plan(DEPLOYMENT, { old, next, ignoreChanges: ["spec"] })).toEqual(unchanged);
    expect(plan(DEPLOYMENT, { old, next, ignoreChanges: ["spec.rep"] }).changes).not.toEqual({});
  });
});

describe("a replacement", () => {
  it("follows a change of name or namespace, and creates first", () => {
    const old = object(CONFIG_MAP, {});
    for (const change of [{ name: "b" }, { namespace: "m" }] as JsonObject[]) {
      const [key = ""] = Object.keys(change);
      const result = plan(CONFIG_MAP, { old, next: object(CONFIG_MAP, {}, change) });
      expect(result).toMatchObject({ replaces: [`metadata.${key}`], deleteBeforeReplace: false });
    }
  });

  it("deletes first where a fixed name stays", () => {
    const old = object(CONFIG_MAP, { data: { a: "1" } });
    const next = object(CONFIG_MAP, { data: { a: "2" } });
    expect(plan(CONFIG_MAP, { old, next })).toMatchObject({
      replaces: ["data.a"],
      deleteBeforeReplace: true,
    });
  });

  it("creates first where the provider chose the name", () => {
    const annotations = { "pulumi.com/autonamed": "true" };
    const old = object(CONFIG_MAP, { data: { a: "1" } }, { annotations });
    const next = object(CONFIG_MAP, { data: { a: "2" } }, { annotations });
    expect(plan(CONFIG_MAP, { old, next })).toMatchObject({
      replaces: ["data.a"],
      deleteBeforeReplace: false,
    });
  });

  it("is an update where the provider is told that Secrets and ConfigMaps are mutable, unless the object says no", () => {
    const mutability = { secrets: true, configMaps: true };
    const old = object(SECRET, { data: { a: "MQ==" } });
    const next = object(SECRET, { stringData: { a: "2" } });
    expect(plan(SECRET, { old, next, mutability })).toMatchObject({
      changes: { "data.a": { kind: "update", replace: false } },
      replaces: [],
    });
    const immutable = { ...next, immutable: true };
    const before = { ...old, immutable: true };
    expect(plan(SECRET, { old: before, next: immutable, mutability }).replaces).toEqual(["data.a"]);
  });

  it("is none for a Secret whose stringData means the data that is there", () => {
    const old = object(SECRET, { data: { a: "MQ==" } });
    expect(plan(SECRET, { old, next: object(SECRET, { stringData: { a: "1" } }) })).toEqual(unchanged);
  });

  it("follows a change of a Deployment's selector, at any depth", () => {
    const selector = (app: string): JsonObject => ({ spec: { selector: { matchLabels: { app } } } });
    const old = object(DEPLOYMENT, selector("a"));
    expect(plan(DEPLOYMENT, { old, next: object(DEPLOYMENT, selector("b")) }).replaces).toEqual([
      "spec.selector.matchLabels.app",
    ]);
    const empty = object(DEPLOYMENT, {});
    expect(plan(DEPLOYMENT, { old: empty, next: object(DEPLOYMENT, selector("b")) }).replaces).toEqual([
      "spec",
    ]);
  });

  it("follows a change of a Service's clusterIP and of a binding's role, and not of a Service's ports", () => {
    const old = object(SERVICE, { spec: { ports: [{ port: 1 }] } });
    const next = object(SERVICE, { spec: { ports: [{ port: 2 }], clusterIP: "None" } });
    expect(plan(SERVICE, { old, next }).replaces).toEqual(["spec.clusterIP"]);
    const binding: Gvk = { group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding" };
    const role = (name: string): JsonObject => object(binding, { roleRef: { name } });
    expect(plan(binding, { old: role("a"), next: role("b") }).replaces).toEqual(["roleRef.name"]);
  });
});

describe("a property path", () => {
  it("is read as it was written", () => {
    const path = ["metadata", "annotations", "a.b/c", "x", 3, 'q"q'];
    const text = 'metadata.annotations["a.b/c"].x[3]["q\\"q"]';
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });
});
