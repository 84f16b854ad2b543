import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import { forcesApply, takeOver, withIgnoredFields } from "../../lab/providers/kubernetes/field-managers.ts";
import { connectionOf, NotLocalError, readKubeconfig } from "../../lab/providers/kubernetes/kubeconfig.ts";
import { diffSettings, readSettings, settingProblems } from "../../lab/providers/kubernetes/settings.ts";
import { UNKNOWN } from "../../lab/providers/values.ts";

const DEFAULTS = { context: undefined, cluster: undefined };

function kubeconfig(server: string, parts: { user?: object; cluster?: object } = {}): string {
  return stringify({
    "current-context": "one",
    contexts: [
      { name: "one", context: { cluster: "c", user: "u", namespace: "team" } },
      { name: "two", context: { cluster: "other", user: "u" } },
    ],
    clusters: [
      { name: "c", cluster: { server, "certificate-authority": "ca.crt", ...parts.cluster } },
      { name: "other", cluster: { server: "https://localhost:2" } },
    ],
    users: [{ name: "u", user: parts.user ?? { token: "t" } }],
  });
}

const local = (port: number): string =>
  kubeconfig(`https://127.0.0.1:${port}`, { cluster: { "certificate-authority": "" } });

describe("a kubeconfig", () => {
  it("is read from its contents or its path, with paths beside the file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "slipway-kubeconfig-"));
    try {
      await writeFile(join(folder, "ca.crt"), "CERTIFICATE");
      await writeFile(join(folder, "config"), kubeconfig("https://127.0.0.1:1"));
      const connection = connectionOf(readKubeconfig(join(folder, "config")), DEFAULTS);
      expect(connection).toMatchObject({ ca: "CERTIFICATE", token: "t", namespace: "team" });
      expect(connectionOf(readKubeconfig(local(1)), DEFAULTS).server.port).toBe("1");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("follows the context and the cluster that the provider names", () => {
    const config = readKubeconfig(local(1));
    expect(connectionOf(config, { ...DEFAULTS, context: "two" })).toMatchObject({ namespace: "default" });
    expect(connectionOf(config, { ...DEFAULTS, cluster: "other" }).server.port).toBe("2");
    expect(() => connectionOf(config, { ...DEFAULTS, context: "three" })).toThrow("it has one, two");
  });

  it.each([
    "https://10.0.0.1:6443",
    "https://cluster.example.com",
    "https://127.0.0.1.example.com",
    "https://0.0.0.0:1",
  ])("that points at %s is never spoken to", (server) => {
    expect(() => connectionOf(readKubeconfig(kubeconfig(server)), DEFAULTS)).toThrow(NotLocalError);
  });

  it("that goes through a proxy is never spoken to", () => {
    const cluster = { "proxy-url": "http://proxy.example.com" };
    const config = readKubeconfig(kubeconfig("https://127.0.0.1:1", { cluster }));
    expect(() => connectionOf(config, DEFAULTS)).toThrow(NotLocalError);
  });

  it("whose user runs a program is refused by that word", () => {
    const config = readKubeconfig(kubeconfig("https://127.0.0.1:1", { user: { exec: { command: "x" } } }));
    expect(() => connectionOf(config, DEFAULTS)).toThrow("logs in by exec");
  });

  it("that is none is refused without being quoted", () => {
    expect(() => readKubeconfig("s3cret")).toThrow(/neither the path of a file/);
    expect(() => readKubeconfig("s3cret")).not.toThrow(/s3cret/);
  });
});

describe("the provider's settings", () => {
  it("that it does not know, or cannot honour, are named", () => {
    const inputs = {
      kubeconfig: "x",
      renderYamlToDirectory: "out",
      enableServerSideApply: "false",
      colour: "red",
    };
    expect(settingProblems(inputs).map(({ property }) => property)).toEqual([
      "renderYamlToDirectory",
      "enableServerSideApply",
      "colour",
    ]);
  });

  it("come from the configuration, else from the environment", () => {
    const variables = new Map([
      ["deleteUnreachable", "false"],
      ["kubeconfig", local(1)],
    ]);
    const settings = readSettings(variables, {
      PULUMI_K8S_DELETE_UNREACHABLE: "true",
      PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true",
    });
    expect(settings).toMatchObject({ deleteUnreachable: false, upsertExistingObjects: true });
  });

  it("keep a kubeconfig that cannot be used as the reason, because a preview goes on without it", () => {
    expect(readSettings(new Map([["kubeconfig", "nonsense"]]), {}).connection).toBeInstanceOf(Error);
  });
});

describe("a change of the provider's settings", () => {
  it("replaces everything where the kubeconfig points at another cluster", () => {
    const diff = diffSettings({ kubeconfig: local(1) }, { kubeconfig: local(2) });
    expect(diff).toEqual({ diffs: ["kubeconfig"], replaces: ["kubeconfig"] });
  });

  it("replaces nothing where the cluster is the same, or its identifier is", () => {
    const other = local(1).replace("token: t", "token: renewed");
    expect(diffSettings({ kubeconfig: local(1) }, { kubeconfig: other }).replaces).toEqual([]);
    const clusterIdentifier = "lab";
    for (const kubeconfig of [local(2), UNKNOWN] as const) {
      const diff = diffSettings(
        { kubeconfig: local(1), clusterIdentifier },
        { kubeconfig, clusterIdentifier },
      );
      expect(diff).toEqual({ diffs: ["kubeconfig"], replaces: [] });
    }
  });

  it("replaces everything where the identifier changes, or a new kubeconfig is not known yet", () => {
    expect(diffSettings({ clusterIdentifier: "a" }, { clusterIdentifier: "b" }).replaces).toEqual([
      "clusterIdentifier",
    ]);
    expect(diffSettings({ kubeconfig: local(1) }, { kubeconfig: UNKNOWN }).replaces).toEqual(["kubeconfig"]);
  });
});

describe("field managers", () => {
  const created = {
    manager: "pulumi-kubernetes",
    operation: "Update",
    fieldsV1: { "f:spec": { "f:a": {} } },
  };
  const status = { ...created, subresource: "status" };
  const own = { manager: "mine", operation: "Apply", fieldsV1: { "f:spec": { "f:b": {} } } };
  const live = (...managedFields: object[]) => ({ metadata: { managedFields } }) as never;

  it("take over what a create wrote, and leave the status to its controller", () => {
    expect(takeOver(live(created, status), "mine")).toEqual([
      status,
      { manager: "mine", operation: "Apply", fieldsV1: { "f:spec": { "f:a": {} } } },
    ]);
    expect(takeOver(live(created, own), "mine")).toEqual([
      { ...own, fieldsV1: { "f:spec": { "f:a": {}, "f:b": {} } } },
    ]);
    expect(takeOver(live(own, status), "mine")).toBeUndefined();
  });

  it("overwrite others' fields only where the program says so, or a preview cannot know better", () => {
    const base = { inputs: {}, enablePatchForce: false, preview: false };
    expect(forcesApply({ ...base, live: live(own) })).toBe(false);
    expect(forcesApply({ ...base, live: live() })).toBe(true);
    expect(forcesApply({ ...base, live: live(created), preview: true })).toBe(true);
    expect(forcesApply({ ...base, live: live(own), enablePatchForce: true })).toBe(true);
    const inputs = { metadata: { annotations: { "pulumi.com/patchForce": "true" } } };
    expect(forcesApply({ ...base, inputs, live: live(own) })).toBe(true);
  });

  it("leave an ignored field to its owner, or as it is", () => {
    const inputs = { spec: { a: 1, b: 1, c: 1 } };
    const object = { ...(live(own, { ...created, manager: "other" }) as object), spec: { a: 5, b: 6 } };
    const result = withIgnoredFields(inputs, object, ["spec.a", "spec.b", "spec.c"], "mine");
    expect(result).toEqual({ spec: { b: 6, c: 1 } });
  });
});
