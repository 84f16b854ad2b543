import { describe, expect, it } from "vitest";
import { checkInputs, type CheckInputs } from "../../lab/providers/kubernetes/check.ts";
import { importedInputs } from "../../lab/providers/kubernetes/import.ts";
import { gvkOfToken, typeOfUrn } from "../../lab/providers/kubernetes/kinds.ts";
import { normalizeInputs, toApiKeys, toSdkKeys } from "../../lab/providers/kubernetes/normalize.ts";
import { canonicalQuantity } from "../../lab/providers/kubernetes/quantity.ts";
import { checkpoint, markSecrets, parseCheckpoint } from "../../lab/providers/kubernetes/state.ts";
import { secret, UNKNOWN, type JsonObject } from "../../lab/providers/values.ts";

const CONFIG_MAP = { group: "", version: "v1", kind: "ConfigMap" };
const URN = "urn:pulumi:dev::p::a:b:C$kubernetes:core/v1:ConfigMap::settings";

function check(news: JsonObject, rest: Partial<CheckInputs> = {}): JsonObject {
  return checkInputs({
    urn: URN,
    gvk: CONFIG_MAP,
    news,
    olds: {},
    randomSeed: Buffer.from("seed"),
    autonaming: undefined,
    defaultNamespace: "",
    ...rest,
  });
}

describe("a check", () => {
  it("names what has no name, marks it, and gives the same name for the same seed", () => {
    const first = check({ data: {} });
    expect(first).toMatchObject({ metadata: { annotations: { "pulumi.com/autonamed": "true" } } });
    expect((first["metadata"] as JsonObject)["name"]).toMatch(/^settings-[0-9a-f]{8}$/);
    expect(check({ data: {} })).toEqual(first);
    expect(check({ data: {} }, { randomSeed: Buffer.from("other") })).not.toEqual(first);
  });

  it("keeps the name that was chosen before", () => {
    const olds = check({});
    expect(check({}, { olds, randomSeed: Buffer.from("later") })["metadata"]).toEqual(olds["metadata"]);
  });

  it("does not name what has a name, or one that is not known yet", () => {
    expect(check({ metadata: { name: "a" } })["metadata"]).toEqual({ name: "a" });
    expect(check({ metadata: { name: UNKNOWN } })["metadata"]).toEqual({ name: UNKNOWN });
  });

  it("follows the engine's own naming, and refuses where that is switched off", () => {
    const named = check({}, { autonaming: { mode: "enforce", name: "given" } });
    expect(named).toMatchObject({ metadata: { name: "given" } });
    expect(() => check({}, { autonaming: { mode: "disable" } })).toThrow("metadata.name is missing");
  });

  it("refuses generateName", () => {
    expect(() => check({ metadata: { generateName: "a-" } })).toThrow("generateName is not supported");
  });

  it("sets the default namespace where there is none", () => {
    const defaultNamespace = "team";
    expect(check({ metadata: { name: "a" } }, { defaultNamespace })["metadata"]).toEqual({
      name: "a",
      namespace: "team",
    });
    expect(check({ metadata: { name: "a", namespace: UNKNOWN } }, { defaultNamespace })["metadata"]).toEqual({
      name: "a",
      namespace: UNKNOWN,
    });
  });

  it("adds no label", () => {
    expect(JSON.stringify(check({}))).not.toContain("managed-by");
  });
});

describe("the normal form", () => {
  it("turns a Secret's stringData into data, which it overwrites", () => {
    const gvk = { ...CONFIG_MAP, kind: "Secret" };
    const object = { kind: "Secret", data: { a: "MQ==", b: "M g = =\n" }, stringData: { a: "2" } };
    expect(normalizeInputs(object, gvk)).toEqual({ kind: "Secret", data: { a: "Mg==", b: "Mg==" } });
  });

  it("leaves values alone while something is not known", () => {
    const object: JsonObject = { stringData: { a: UNKNOWN } };
    expect(normalizeInputs(object, { ...CONFIG_MAP, kind: "Secret" })).toEqual(object);
  });

  it("drops what only the server sets", () => {
    expect(
      normalizeInputs({ metadata: { name: "a", uid: "u", creationTimestamp: null } }, CONFIG_MAP),
    ).toEqual({
      metadata: { name: "a" },
    });
  });

  it("drops a CRD's status and a preserveUnknownFields that says no", () => {
    const gvk = { group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition" };
    expect(normalizeInputs({ spec: { preserveUnknownFields: false, group: "g" }, status: {} }, gvk)).toEqual({
      spec: { group: "g" },
    });
  });

  it.each([
    ["1000m", "1"],
    ["500m", "500m"],
    ["0.5", "500m"],
    ["1.5Gi", "1536Mi"],
    ["1024Mi", "1Gi"],
    ["1000Ki", "1000Ki"],
    ["2048", "2048"],
    ["1000", "1k"],
    ["1e3", "1e3"],
    ["0.1Ki", "102400m"],
    ["0", "0"],
    ["-1000m", "-1"],
    ["10G", "10G"],
    ["much", "much"],
  ])("writes the quantity %s as the API server does: %s", (written, canonical) => {
    expect(canonicalQuantity(written)).toBe(canonical);
  });

  it("translates the keys that TypeScript cannot spell, and back", () => {
    const api = { schema: [{ "x-kubernetes-list-type": "map", "x-kubernetes-int-or-string": true }] };
    expect(toApiKeys(toSdkKeys(api))).toEqual(api);
    expect(toSdkKeys(api)).toEqual({
      schema: [{ x_kubernetes_list_type: "map", x_kubernetes_int_or_string: true }],
    });
  });
});

describe("a type token", () => {
  const refuse = (what: string, instead: string): Error => new Error(`${what}: ${instead}`);

  it("is read from a URN with parents", () => {
    expect(gvkOfToken(typeOfUrn(URN), refuse)).toEqual(CONFIG_MAP);
    expect(gvkOfToken("kubernetes:source.toolkit.fluxcd.io/v1:GitRepository", refuse)).toEqual({
      group: "source.toolkit.fluxcd.io",
      version: "v1",
      kind: "GitRepository",
    });
  });

  it.each([
    "kubernetes:core/v1:ConfigMapList",
    "kubernetes:core/v1:NamespacePatch",
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:kustomize/v2:Directory",
    "kubernetes:v1:Namespace",
  ])("is refused by its name: %s", (token) => {
    expect(() => gvkOfToken(token, refuse)).toThrow(token);
  });
});

describe("the state", () => {
  const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { x: "s", y: "t" } };

  it("comes apart as it was put together", () => {
    const parts = { inputs, live: { ...inputs, status: {} }, initialApiVersion: "v1", fieldManager: "m" };
    expect(parseCheckpoint(checkpoint(parts, inputs))).toEqual(parts);
  });

  it("keeps secret what was secret in the inputs, in the live object and in the inputs alike", () => {
    const from = { ...inputs, data: { x: secret("s"), y: "t" } };
    const parts = { inputs, live: inputs, initialApiVersion: "v1", fieldManager: "m" };
    const data = { x: secret("s"), y: "t" };
    expect(checkpoint(parts, from)).toMatchObject({ data, __inputs: { data } });
  });

  it("marks a whole list that holds a secret", () => {
    expect(markSecrets({ a: ["1", "2"] }, { a: ["1", secret("2")] })).toEqual({ a: secret(["1", "2"]) });
  });

  it("always keeps the data of a Secret secret", () => {
    const object = { kind: "Secret", data: { a: "MQ==" }, stringData: { b: "2" } };
    expect(markSecrets(object, {})).toEqual({
      kind: "Secret",
      data: secret({ a: "MQ==" }),
      stringData: secret({ b: "2" }),
    });
  });
});

describe("an import", () => {
  const live = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "a",
      uid: "u",
      managedFields: [],
      annotations: { "deployment.kubernetes.io/revision": "1", k: "v" },
    },
    data: { x: "1" },
    status: {},
  };

  it("takes what its author could have written", () => {
    expect(importedInputs(live, {}, CONFIG_MAP)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", annotations: { k: "v" } },
      data: { x: "1" },
    });
  });

  it("takes only the identity of a custom resource", () => {
    const asked = { apiVersion: "g/v1", kind: "K", metadata: { name: "a" } };
    const object = { ...asked, metadata: { name: "a", uid: "u" }, spec: { a: 1 } };
    expect(importedInputs(object, asked, { group: "g", version: "v1", kind: "K" })).toEqual(asked);
  });
});
