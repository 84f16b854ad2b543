/** The offline Kubernetes provider against a real API server. The tests build on each other, in this order. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  isMap,
  isSecret,
  plain,
  type JsonObject,
  type PropertyMap,
  type PropertyValue,
} from "../../lab/providers/values.ts";
import { startTestCluster, type TestCluster } from "./cluster-fixture.ts";
import { KeptError, ProviderClient, type Saved } from "./provider-client.ts";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const WIDGET = "kubernetes:example.test/v1:Widget";
const CRD = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

let cluster: TestCluster | undefined;
let provider: ProviderClient | undefined;
let namespace: Saved;

beforeAll(async () => {
  cluster = await startTestCluster([]);
  const kubeconfig = await readFile(cluster.options.kubeconfig, "utf8");
  provider = await ProviderClient.start("kubernetes", { kubeconfig, enableConfigMapMutable: "true" });
});

afterAll(async () => {
  await provider?.end();
  await cluster?.end();
});

function client(): ProviderClient {
  if (!provider) throw new Error("the provider has not started");
  return provider;
}

function live(path: string): Promise<JsonObject> {
  if (!cluster) throw new Error("the cluster has not started");
  return cluster.api.get<JsonObject>(path);
}

function configMap(name: string, fields: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "team", ...metadata },
    ...fields,
  };
}

async function failure(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("it succeeded");
  return error;
}

const inputs: PropertyMap = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "team", labels: { a: "1", b: "2" } },
};

it("previews an object without writing it", async () => {
  const planned = await client().create(NAMESPACE, inputs, { preview: true });
  expect(planned.id).toBe("");
  expect(plain(planned.properties)).toMatchObject({
    metadata: { labels: { "kubernetes.io/metadata.name": "team" } },
  });
  await expect(live("/api/v1/namespaces/team")).rejects.toThrow("404");
});

it("previews an object whose namespace does not exist yet with its inputs", async () => {
  const object = configMap("a", { data: { x: "1" } });
  expect((await client().create(CONFIG_MAP, object, { preview: true })).properties).toEqual(object);
});

it("creates an object, and refuses one that exists already", async () => {
  namespace = await client().create(NAMESPACE, inputs);
  expect(namespace.id).toBe("team");
  expect(plain(namespace.properties)).toMatchObject({ status: { phase: "Active" }, __inputs: inputs });
  const error = await failure(client().create(NAMESPACE, inputs));
  expect(error.message).toContain("already exists");
  expect(error.message).toContain("pulumi import");
  // A replacement is previewed while the old object is there.
  expect((await client().create(NAMESPACE, inputs, { preview: true })).properties).toEqual(inputs);
});

it("removes from an object what its inputs no longer ask for", async () => {
  const news = { ...inputs, metadata: { name: "team", labels: { a: "3" } } };
  namespace = await client().update(NAMESPACE, namespace, news);
  const { metadata } = await live("/api/v1/namespaces/team");
  expect((metadata as JsonObject)["labels"]).toEqual({ a: "3", "kubernetes.io/metadata.name": "team" });
});

it("refuses a field that the kind does not have, by its name", async () => {
  const error = await failure(client().create(CONFIG_MAP, configMap("a", { dat: { x: "1" } })));
  expect(error.message).toContain('unknown field "dat"');
});

it("keeps a Secret's data secret in its outputs", async () => {
  const object = { ...configMap("key"), kind: "Secret", stringData: { key: "private" } };
  const type = "kubernetes:core/v1:Secret";
  const checked = await client().check(type, object);
  const saved = await client().create(type, checked);
  const isHidden = (side: PropertyValue | undefined): boolean =>
    isMap(side) && isSecret(side["data"] ?? null);
  expect(isHidden(saved.properties)).toBe(true);
  expect(isHidden(saved.properties["__inputs"])).toBe(true);
  expect(JSON.stringify(saved.properties)).not.toContain(Buffer.from("private").toString("base64"));
});

it("names the other manager of a field that it may not overwrite, and keeps what was asked for", async () => {
  const saved = await client().create(CONFIG_MAP, configMap("shared", { data: { x: "1" } }));
  const mine = await client().update(CONFIG_MAP, saved, configMap("shared", { data: { x: "2" } }));
  await cluster?.api.request("PATCH", "/api/v1/namespaces/team/configmaps/shared", {
    query: { fieldManager: "somebody" },
    body: { data: { x: "9" } },
    contentType: "application/merge-patch+json",
  });
  const news = configMap("shared", { data: { x: "3" } });
  const error = await failure(client().update(CONFIG_MAP, mine, news));
  expect(error.message).toContain('conflict with "somebody"');
  expect(error).toBeInstanceOf(KeptError);
  const forced = configMap(
    "shared",
    { data: { x: "3" } },
    { annotations: { "pulumi.com/patchForce": "true" } },
  );
  const taken = await client().update(CONFIG_MAP, mine, forced);
  expect(plain(taken.properties)).toMatchObject({ data: { x: "3" } });
});

it("sees in a refresh what changed, and what is gone", async () => {
  const object = configMap("drift", { data: { x: "1" } });
  const saved = await client().create(CONFIG_MAP, object);
  const path = "/api/v1/namespaces/team/configmaps/drift";
  const contentType = "application/merge-patch+json";
  await cluster?.api.request("PATCH", path, { body: { data: { x: "2", y: "3" } }, contentType });
  expect((await client().read(CONFIG_MAP, saved, object)).inputs).toEqual({ ...object, data: { x: "2" } });
  await cluster?.api.request("DELETE", path);
  expect((await client().read(CONFIG_MAP, saved, object)).id).toBe("");
  await client().delete(CONFIG_MAP, saved);
});

it("imports an object by namespace and name", async () => {
  const found = await client().read(CONFIG_MAP, { id: "team/shared", properties: {} }, {});
  expect(found.id).toBe("team/shared");
  expect(found.inputs).toMatchObject({ metadata: { name: "shared", namespace: "team" }, data: { x: "3" } });
});

it("creates a custom resource that came before its CRD, once that is there", async () => {
  // A new kind is unknown to the garbage collector for up to 30 s, and only in the foreground is it waited for.
  const annotations = { "pulumi.com/deletionPropagationPolicy": "background" };
  const metadata = { name: "w", namespace: "team", annotations };
  const widget = { apiVersion: "example.test/v1", kind: "Widget", metadata, spec: {} };
  expect((await client().create(WIDGET, widget, { preview: true })).properties).toEqual(widget);
  const early = client().create(WIDGET, widget);
  const schema = { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } };
  const crd = await client().create(CRD, {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.test" },
    spec: {
      group: "example.test",
      scope: "Namespaced",
      names: { kind: "Widget", plural: "widgets" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  });
  const saved = await early;
  expect(saved.id).toBe("team/w");
  await client().delete(WIDGET, saved);
  await client().delete(CRD, crd);
  // The kind is gone, and with it every object: that is no error.
  await client().delete(WIDGET, saved);
  expect((await client().read(WIDGET, saved, widget)).id).toBe("");
});

it("gives up waiting when the time is over, says what it waited for, and keeps the object", async () => {
  const annotations = { "pulumi.com/waitFor": "jsonpath={.data.ok}=yes" };
  const object = configMap("late", { data: { x: "1" } }, { annotations });
  const error = await failure(client().create(CONFIG_MAP, object, { timeout: 1 }));
  expect(error.message).toContain("it has no .data.ok yet");
  expect(error).toMatchObject({ saved: { id: "team/late" } });
});

it("waits for a Deployment's pods, and names what holds them up", async () => {
  const type = "kubernetes:apps/v1:Deployment";
  const labels = { app: "web" };
  const deployment = (podSpec: JsonObject, name: string): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "team" },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "c", image: "example.test/web:1" }], ...podSpec },
      },
    },
  });
  const saved = await client().create(type, deployment({}, "web"));
  expect(plain(saved.properties)).toMatchObject({ status: { availableReplicas: 1 } });
  const nowhere = deployment({ nodeSelector: { no: "where" } }, "stuck");
  const error = await failure(client().create(type, nowhere, { timeout: 2 }));
  expect(error).toBeInstanceOf(KeptError);
  if (error instanceof KeptError) expect(error.reasons.join("\n")).toContain("Unschedulable");
});

it("names the finalizer that holds a deletion up", async () => {
  const finalizers = ["example.test/hold"];
  const saved = await client().create(CONFIG_MAP, configMap("held", {}, { finalizers }));
  const error = await failure(client().delete(CONFIG_MAP, saved, 1));
  expect(error.message).toContain("example.test/hold");
  const contentType = "application/merge-patch+json";
  const body = { metadata: { finalizers: null } };
  await cluster?.api.request("PATCH", "/api/v1/namespaces/team/configmaps/held", { body, contentType });
  await client().delete(CONFIG_MAP, saved);
});

it("waits until a deleted object is gone", async () => {
  await client().delete(NAMESPACE, namespace);
  await expect(live("/api/v1/namespaces/team")).rejects.toThrow("404");
});

it("previews with the inputs where no cluster answers, and forgets its resources only when told to", async () => {
  const kubeconfig = (await readFile(cluster?.options.kubeconfig ?? "", "utf8")).replace(
    /127\.0\.0\.1:\d+/g,
    "127.0.0.1:1",
  );
  await client().configure("kubernetes", { kubeconfig });
  expect((await client().create(NAMESPACE, inputs, { preview: true })).properties).toEqual(inputs);
  expect((await failure(client().create(NAMESPACE, inputs))).message).toContain("127.0.0.1:1");
  expect((await failure(client().read(NAMESPACE, namespace, inputs))).message).toContain(
    "DELETE_UNREACHABLE",
  );
  await client().configure("kubernetes", { kubeconfig, deleteUnreachable: "true" });
  await client().delete(NAMESPACE, namespace);
});

it("never speaks to a cluster that is not on this machine", async () => {
  const kubeconfig = (await readFile(cluster?.options.kubeconfig ?? "", "utf8")).replace(
    /127\.0\.0\.1/g,
    "192.0.2.1",
  );
  const error = await failure(client().configure("kubernetes", { kubeconfig }));
  expect(error.message).toContain("pulumi plugin install resource kubernetes");
});
