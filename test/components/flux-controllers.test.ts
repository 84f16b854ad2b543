import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FluxControllers, type FluxControllersArgs } from "../../components/flux/controllers.ts";
import { crdOf, smallManifest } from "../unit/flux-small-manifest.ts";
import { type Graph, allRegistered, childCount, sourcesOf, unwrapped, watchGraph } from "./flux-graph.ts";
import { type Registered, only, record, valueOf } from "./mocks.ts";

let registered: Registered[];
let graph: Graph;
let cluster: k8s.Provider;

beforeEach(async () => {
  registered = await record();
  graph = watchGraph();
  cluster = new k8s.Provider("cluster", { clusterIdentifier: "test" });
});

async function install(args: Partial<FluxControllersArgs> = {}): Promise<FluxControllers> {
  const flux = new FluxControllers("flux", { manifest: smallManifest, ...args }, { provider: cluster });
  await allRegistered();
  return flux;
}

const ofKubernetes = () => registered.filter(({ type, custom }) => custom && !type.startsWith("pulumi:"));
const names = (prefix: string) =>
  registered
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix))
    .sort();
const dependenciesOf = (name: string) => graph.registrations.get(name)?.dependencies;

const annotations = (name: string) =>
  (only(registered, name).inputs["metadata"] as { annotations?: unknown }).annotations;

const controllers = ["helm", "kustomize", "notification", "source"].map((it) => `${it}-controller`);
const deployments = controllers.map((controller) => `flux-deployment-${controller}`);
const crds = controllers.map((controller) => `flux-crd-${crdOf[controller] ?? ""}`).sort();
const support = [
  ...controllers.map((controller) => `flux-account-${controller}`),
  "flux-cluster-role-binding-cluster-reconciler-flux-system",
  "flux-cluster-role-binding-crd-controller-flux-system",
  "flux-cluster-role-crd-controller-flux-system",
  "flux-cluster-role-flux-view-flux-system",
  "flux-network-policy-allow-egress",
  "flux-network-policy-allow-scraping",
  "flux-network-policy-allow-webhooks",
  "flux-quota-critical-pods-flux-system",
  "flux-service-notification-controller",
  "flux-service-source-controller",
  "flux-service-webhook-receiver",
];

describe("FluxControllers", () => {
  test("registers one resource per object, named after kind and object", async () => {
    await install();
    expect(
      ofKubernetes()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["flux-namespace-flux-system", ...crds, ...deployments, ...support].sort());
  });

  test("gives every resource the stack's own provider", async () => {
    await install({
      options: { imagePullSecret: "mirror" },
      registryCredentials: { username: "u", password: "p" },
    });
    expect([...new Set(ofKubernetes().map(({ provider }) => provider))]).toEqual(["cluster"]);
  });

  test("has all its children when the constructor returns: none is made in an apply", async () => {
    const flux = new FluxControllers("flux", { manifest: smallManifest }, { provider: cluster });
    const children = childCount(flux);
    await allRegistered();
    expect(children).toBe(ofKubernetes().length);
    expect(graph.order.at(-1)).toBe("outputs of flux");
  });

  test("registers the objects as the manifest has them", async () => {
    await install({ options: { crdDescriptions: true } });
    const role = smallManifest.find(
      ({ kind, metadata }) => kind === "ClusterRole" && metadata.name === "flux-view",
    );
    expect(only(registered, "flux-cluster-role-flux-view-flux-system")).toMatchObject({
      type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      inputs: { ...role, metadata: { ...role?.metadata, name: "flux-view-flux-system" } },
    });
    const crd = smallManifest.find(({ kind }) => kind === "CustomResourceDefinition");
    expect(only(registered, "flux-crd-gitrepositories.source.toolkit.fluxcd.io").inputs["spec"]).toEqual(
      crd?.["spec"],
    );
  });

  test("makes namespace, then CRDs and what controllers need, then controllers", async () => {
    await install();
    expect(dependenciesOf("flux-namespace-flux-system")).toEqual([]);
    for (const name of [...crds, ...support])
      expect(dependenciesOf(name)).toEqual(["flux-namespace-flux-system"]);
    for (const name of deployments) expect(dependenciesOf(name)).toEqual([...crds, ...support].sort());
  });

  test("awaits CRDs until they are established, Services not at all, Deployments by the provider's own rule", async () => {
    await install();
    for (const name of crds)
      expect(annotations(name)).toMatchObject({
        made: "here",
        "pulumi.com/waitFor": "condition=Established",
      });
    for (const name of names("flux-service-"))
      expect(annotations(name)).toMatchObject({ "pulumi.com/skipAwait": "true" });
    for (const name of deployments) expect(annotations(name)).toBeUndefined();
  });

  test("awaits what goes with a namespace or a Deployment, and deletes at once what owns nothing", async () => {
    await install();
    const background = { "pulumi.com/deletionPropagationPolicy": "background" };
    for (const name of [...crds, ...support]) expect(annotations(name)).toMatchObject(background);
    for (const name of ["flux-namespace-flux-system", ...deployments])
      expect(annotations(name)).toBeUndefined();
  });

  test("gives a deleted controller its grace period on top of the timeout", async () => {
    await install({ timeout: "2m" });
    const timeouts = (name: string) => graph.registrations.get(name)?.timeouts;
    expect(timeouts("flux-deployment-helm-controller")).toEqual({
      create: "2m",
      update: "2m",
      delete: "720s",
    });
    expect(timeouts("flux-deployment-source-controller")?.delete).toBe("130s");
  });

  test("has outputs that come after all controllers and CRDs", async () => {
    const flux = await install({ options: { namespace: "gitops" } });
    expect(flux.namespace).toBe("gitops");
    expect(await valueOf(flux.controllers)).toEqual(
      Object.fromEntries(controllers.map((name) => [name, "v1.2.3"])),
    );
    expect((await valueOf(flux.ready)).toSorted()).toEqual(controllers);
    expect((await valueOf(flux.crds)).toSorted()).toEqual(controllers.map((name) => crdOf[name]).sort());
    for (const output of [flux.controllers, flux.ready]) {
      expect(await sourcesOf(output)).toEqual([...crds, ...deployments].sort());
    }
  });

  test("applies the options", async () => {
    await install({
      options: { components: ["source-controller"], networkPolicy: false, storage: { size: "1Gi" } },
    });
    expect(names("flux-deployment-")).toEqual(["flux-deployment-source-controller"]);
    expect(names("flux-network-policy-")).toEqual([]);
    expect(only(registered, "flux-volume-claim-source-controller-data").type).toBe(
      "kubernetes:core/v1:PersistentVolumeClaim",
    );
    expect(dependenciesOf("flux-deployment-source-controller")).toContain(
      "flux-volume-claim-source-controller-data",
    );
  });
});

describe("FluxControllers' pull secret", () => {
  const credentials = { username: "robot", password: "hunter2" };

  test("is made before the controllers, and is a secret", async () => {
    await install({
      options: { imagePullSecret: "mirror", registry: "mirror.example:5000/flux" },
      registryCredentials: credentials,
    });
    const { inputs } = only(registered, "flux-pull-secret");
    expect(inputs).toMatchObject({
      type: "kubernetes.io/dockerconfigjson",
      metadata: { name: "mirror", namespace: "flux-system" },
    });
    const data = unwrapped(inputs["stringData"]) as Record<string, string>;
    expect(JSON.parse(data[".dockerconfigjson"] ?? "")).toEqual({
      auths: {
        "mirror.example:5000": { ...credentials, auth: Buffer.from("robot:hunter2").toString("base64") },
      },
    });
    expect(graph.registrations.get("flux-pull-secret")?.secretOutputs).toEqual(["data", "stringData"]);
    expect(dependenciesOf("flux-deployment-source-controller")).toContain("flux-pull-secret");
  });

  test("is someone else's when no credentials are given", async () => {
    await install({ options: { imagePullSecret: "mirror" } });
    expect(names("flux-pull-secret")).toEqual([]);
  });
});

describe("FluxControllers refuses", () => {
  afterEach(allRegistered);

  const make = (
    args: Partial<FluxControllersArgs>,
    opts: pulumi.ComponentResourceOptions = { provider: cluster },
  ) => new FluxControllers("flux", { manifest: smallManifest, ...args }, opts);

  test("to use the machine's own kubeconfig", () => {
    expect(() => make({}, {})).toThrow('FluxControllers "flux" has no Kubernetes provider');
  });

  test("wrong arguments, all at once, and prints no password", () => {
    const args = {
      manifest: [...smallManifest, { apiVersion: "batch/v1", kind: "Job", metadata: { name: "a" } }],
      options: { namespace: "Flux" },
      registryCredentials: { username: "u", password: "hunter2" },
      timeout: "5 minutes",
    };
    expect(() => make(args)).toThrow(/(\n {2}- .*){4}/);
    expect(() => make(args)).not.toThrow("hunter2");
    expect(() => make(args)).toThrow('timeout: "5 minutes" is not a duration: write "5m"');
    expect(() => make(args)).toThrow("manifest: Job/a is of a kind that is not known here, batch/v1/Job");
  });
});
