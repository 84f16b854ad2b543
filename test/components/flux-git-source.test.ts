import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GitSource, type GitSourceArgs, keyFingerprint } from "../../components/flux/git-source.ts";
import { type Graph, allRegistered, childCount, sourcesOf, unwrapped, watchGraph } from "./flux-graph.ts";
import { type Registered, only, record, valueOf } from "./mocks.ts";

const url = "ssh://git@git.example/acme/web.git";
const key = {
  kind: "ssh",
  privateKeyOpenssh: "PRIVATE",
  publicKey: "ssh-ed25519 AAAAC3 comment",
  knownHosts: "git.example ssh-ed25519 AAAAHOST",
} as const;

/** What is deleted without waiting for the garbage collector. */
const atOnce = { "pulumi.com/deletionPropagationPolicy": "background" };

let registered: Registered[];
let graph: Graph;
let cluster: k8s.Provider;

beforeEach(async () => {
  const status = { artifact: { revision: "main@sha1:abc" } };
  registered = await record({ "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository": () => ({ status }) });
  graph = watchGraph();
  cluster = new k8s.Provider("cluster", {});
});
afterEach(allRegistered);

function make(args: Partial<GitSourceArgs> = {}): GitSource {
  return new GitSource(
    "web",
    { objectName: "web", namespace: "flux-system", url, ...args },
    { provider: cluster },
  );
}

const repository = () => only(registered, "web-repository");

describe("GitSource", () => {
  test("of a public repository is a GitRepository, and no Secret", async () => {
    const source = make({ url: "https://git.example/other/thing", branch: "master", interval: "10m" });
    await allRegistered();
    expect(source.secretName).toBeUndefined();
    expect(registered.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))).toEqual([
      {
        type: "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository",
        name: "web-repository",
        custom: true,
        provider: "cluster",
        inputs: {
          apiVersion: "source.toolkit.fluxcd.io/v1",
          kind: "GitRepository",
          metadata: {
            name: "web",
            namespace: "flux-system",
            annotations: { "pulumi.com/waitFor": "condition=Ready", ...atOnce },
          },
          spec: {
            url: "https://git.example/other/thing",
            ref: { branch: "master" },
            interval: "10m",
            timeout: "60s",
          },
        },
      },
    ]);
  });

  test("with a key has a Secret with the fields that source-controller reads, all of it secret", async () => {
    const source = make({ credentials: key });
    await allRegistered();
    const name = `web-${keyFingerprint(key.publicKey, key.knownHosts)}`;
    const secret = only(registered, "web-credentials");
    expect(secret).toMatchObject({
      type: "kubernetes:core/v1:Secret",
      provider: "cluster",
      inputs: {
        type: "Opaque",
        metadata: {
          name,
          namespace: "flux-system",
          annotations: { "slipway/made-by": expect.stringMatching(/\/web$/) as string },
        },
      },
    });
    expect(unwrapped(secret.inputs["stringData"])).toEqual({
      identity: "PRIVATE",
      "identity.pub": "ssh-ed25519 AAAAC3 comment",
      known_hosts: "git.example ssh-ed25519 AAAAHOST",
    });
    expect(graph.registrations.get("web-credentials")?.secretOutputs).toEqual(["data", "stringData"]);
    expect(repository().inputs["spec"]).toMatchObject({ secretRef: { name } });
    expect(await valueOf(source.secretName ?? pulumi.output(""))).toBe(name);
  });

  test("waits for its Secret, and is awaited for two attempts", async () => {
    const source = make({ credentials: key, timeout: "30s" });
    await allRegistered();
    const registration = graph.registrations.get("web-repository");
    expect(registration?.dependencies).toEqual(["web-credentials"]);
    expect(registration?.timeouts).toEqual({ create: "120s", update: "120s", delete: "120s" });
    expect(await sourcesOf(source.objectName)).toContain("web-repository");
  });

  test("refers to another Secret after a rotation: that change makes Flux fetch again", async () => {
    const namesOf = async (publicKey: string, knownHosts: string) => {
      registered.splice(0);
      make({ credentials: { ...key, publicKey, knownHosts } });
      await allRegistered();
      return (repository().inputs["spec"] as { secretRef: { name: string } }).secretRef.name;
    };
    const before = await namesOf(key.publicKey, key.knownHosts);
    expect(await namesOf(key.publicKey, key.knownHosts)).toBe(before);
    expect(await namesOf("ssh-ed25519 AAAAOTHER", key.knownHosts)).not.toBe(before);
    expect(await namesOf(key.publicKey, "git.example ssh-ed25519 OTHER")).not.toBe(before);
  });

  test("with a password has nothing of it in the Secret's name", async () => {
    make({
      url: "https://git.example/acme/web",
      credentials: { kind: "https", username: "robot", password: "hunter2" },
    });
    await allRegistered();
    const { inputs } = only(registered, "web-credentials");
    expect(inputs["metadata"]).toEqual({
      name: "web-credentials",
      namespace: "flux-system",
      annotations: atOnce,
    });
    expect(unwrapped(inputs["stringData"])).toEqual({ username: "robot", password: "hunter2" });
  });

  test("is not awaited when it is suspended", async () => {
    make({ suspend: true });
    await allRegistered();
    expect(repository().inputs).toMatchObject({ spec: { suspend: true } });
    expect(repository().inputs["metadata"]).toEqual({
      name: "web",
      namespace: "flux-system",
      annotations: atOnce,
    });
  });

  test("says which revision was fetched", async () => {
    expect(await valueOf(make().revision)).toBe("main@sha1:abc");
  });

  test("has all its children when the constructor returns, and registers its outputs last", async () => {
    const source = make({ credentials: key });
    expect(childCount(source)).toBe(2);
    await allRegistered();
    expect(graph.order.filter((name) => name !== "cluster")).toEqual([
      "web",
      "web-credentials",
      "web-repository",
      "outputs of web",
    ]);
  });

  test.each<[Partial<GitSourceArgs>, string]>([
    [{ interval: "5 minutes" }, 'web.interval: "5 minutes" is not a duration: write "5m"'],
    [{ objectName: "Web" }, 'web.objectName: "Web" is not a Kubernetes name'],
    [{ branch: "a", tag: "b" }, "web: branch and tag are given"],
  ])("refuses %j before anything is registered", async (args, message) => {
    expect(() => make(args)).toThrow(message);
    await allRegistered();
    expect(registered.map(({ name }) => name)).toEqual(["cluster"]);
  });

  test("refuses to use the machine's own kubeconfig", () => {
    const bare = () => new GitSource("web", { objectName: "web", namespace: "flux-system", url });
    expect(bare).toThrow('GitSource "web" has no Kubernetes provider');
  });
});

describe("keyFingerprint", () => {
  test("does not change with a comment or a line's end", () => {
    const fingerprint = keyFingerprint("ssh-ed25519 AAAA", "host key");
    expect(fingerprint).toMatch(/^[0-9a-f]{10}$/);
    expect(keyFingerprint("ssh-ed25519 AAAA me@home\n", "host key\n")).toBe(fingerprint);
  });
});
