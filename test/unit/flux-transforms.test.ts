import { describe, expect, test } from "vitest";
import {
  type FluxDeployment,
  type FluxObject,
  isDeployment,
  objectKey,
} from "../../components/flux/objects.ts";
import { type FluxControllersOptions, resolveFluxOptions } from "../../components/flux/options.ts";
import { isBinding } from "../../components/flux/transforms/components.ts";
import { flagValue } from "../../components/flux/transforms/flags.ts";
import { withoutOwnedFields } from "../../components/flux/transforms/owned-fields.ts";
import { fluxObjects } from "../../components/flux/transforms/pipeline.ts";
import { smallManifest } from "./flux-small-manifest.ts";

const install = (options: FluxControllersOptions = {}) =>
  fluxObjects(smallManifest, resolveFluxOptions(options));
const keys = (objects: readonly FluxObject[]) => objects.map(objectKey).sort();

function controller(objects: readonly FluxObject[], name: string): FluxDeployment {
  const found = objects.filter(isDeployment).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** The value of a flag by controller; undefined where it is not given. */
function flags(objects: readonly FluxObject[], flag: string): Record<string, string | undefined> {
  return Object.fromEntries(
    objects.filter(isDeployment).map((deployment) => [deployment.metadata.name, flagValue(deployment, flag)]),
  );
}

const extra = {
  componentsExtra: ["image-reflector-controller", "image-automation-controller", "source-watcher"],
} as const;

describe("components", () => {
  test("installs the objects of the named controllers and the shared ones", () => {
    const components = ["source-controller", "kustomize-controller"] as const;
    expect(keys(install({ components }))).toEqual([
      "ClusterRole/crd-controller-flux-system",
      "ClusterRole/flux-view-flux-system",
      "ClusterRoleBinding/cluster-reconciler-flux-system",
      "ClusterRoleBinding/crd-controller-flux-system",
      "CustomResourceDefinition/gitrepositories.source.toolkit.fluxcd.io",
      "CustomResourceDefinition/kustomizations.kustomize.toolkit.fluxcd.io",
      "Deployment/flux-system/kustomize-controller",
      "Deployment/flux-system/source-controller",
      "Namespace/flux-system",
      "NetworkPolicy/flux-system/allow-egress",
      "NetworkPolicy/flux-system/allow-scraping",
      "NetworkPolicy/flux-system/allow-webhooks",
      "ResourceQuota/flux-system/critical-pods-flux-system",
      "Service/flux-system/source-controller",
      "ServiceAccount/flux-system/kustomize-controller",
      "ServiceAccount/flux-system/source-controller",
    ]);
  });

  test("gives no rights to accounts of controllers that are not installed", () => {
    const bindings = install({ components: ["source-controller", "kustomize-controller"] }).filter(isBinding);
    const accounts = bindings.map(({ subjects }) => subjects.map(({ name }) => name).sort());
    expect(accounts).toEqual([["kustomize-controller"], ["kustomize-controller", "source-controller"]]);
  });

  test("leaves out a binding that nobody is left in", () => {
    const names = keys(install({ components: ["source-controller"] }));
    expect(names).not.toContain("ClusterRoleBinding/cluster-reconciler-flux-system");
  });
});

describe("namespace", () => {
  const objects = install({ namespace: "gitops" });

  test("moves every object, account and label, and leaves nothing of the old one", () => {
    expect(JSON.stringify(objects)).not.toContain("flux-system");
    expect(keys(objects)).toContain("Namespace/gitops");
    expect(controller(objects, "source-controller").spec.template.metadata.labels).toMatchObject({
      "app.kubernetes.io/instance": "gitops",
    });
  });

  test("keeps role and binding together under the new name", () => {
    const binding = objects
      .filter(isBinding)
      .find(({ metadata }) => metadata.name === "crd-controller-gitops");
    expect(binding?.roleRef.name).toBe("crd-controller-gitops");
    expect(keys(objects)).toContain("ClusterRole/crd-controller-gitops");
  });

  test("binds to Kubernetes' own role under its own name", () => {
    const binding = objects
      .filter(isBinding)
      .find(({ metadata }) => metadata.name === "cluster-reconciler-gitops");
    expect(binding?.roleRef.name).toBe("cluster-admin");
  });
});

describe("images", () => {
  test("come from a mirror under their own names and versions", () => {
    const image = (objects: FluxObject[]) =>
      controller(objects, "source-controller").spec.template.spec.containers[0]?.image;
    expect(image(install())).toBe("ghcr.io/fluxcd/source-controller:v1.2.3");
    expect(image(install({ registry: "mirror.example:5000/flux" }))).toBe(
      "mirror.example:5000/flux/source-controller:v1.2.3",
    );
  });

  test("are pulled with the named Secret, or with none", () => {
    const secrets = (options: FluxControllersOptions) =>
      controller(install(options), "helm-controller").spec.template.spec["imagePullSecrets"];
    expect(secrets({ imagePullSecret: "mirror" })).toEqual([{ name: "mirror" }]);
    expect(secrets({})).toBeUndefined();
  });
});

describe("flags", () => {
  test("the log level is every controller's", () => {
    expect(Object.values(flags(install({ logLevel: "debug" }), "--log-level"))).toEqual(
      Array(4).fill("debug"),
    );
  });

  test("the watch scope replaces the flag that has no value", () => {
    const objects = install({ watchAllNamespaces: false });
    expect(Object.values(flags(objects, "--watch-all-namespaces"))).toEqual(Array(4).fill("false"));
    const args = controller(objects, "helm-controller").spec.template.spec.containers[0]?.args ?? [];
    expect(args.filter((arg) => arg.startsWith("--watch-all-namespaces"))).toHaveLength(1);
  });

  test("the cluster's domain is in the addresses of events and artifacts", () => {
    const objects = install({ clusterDomain: "corp.local" });
    expect(flags(objects, "--storage-adv-addr")).toMatchObject({
      "source-controller": "source-controller.$(RUNTIME_NAMESPACE).svc.corp.local.",
      "kustomize-controller": undefined,
    });
    expect(flags(objects, "--events-addr")).toMatchObject({
      "source-controller": "http://notification-controller.$(RUNTIME_NAMESPACE).svc.corp.local./",
      "notification-controller": undefined,
    });
  });

  test("events go nowhere without notification-controller", () => {
    const objects = install({ components: ["source-controller", "kustomize-controller"] });
    expect(flags(objects, "--events-addr")).toEqual({ "source-controller": "", "kustomize-controller": "" });
  });

  test("syncs can use source-watcher's artifacts where it is installed", () => {
    expect(flags(install(extra), "--feature-gates")).toMatchObject({
      "kustomize-controller": "ExternalArtifact=true",
      "helm-controller": "ExternalArtifact=true",
      "source-controller": undefined,
    });
    expect(flags(install(), "--feature-gates")["kustomize-controller"]).toBeUndefined();
  });
});

describe("lockdown", () => {
  test("is off unless asked for", () => {
    expect(Object.values(flags(install(), "--no-cross-namespace-refs"))).toEqual(Array(4).fill(undefined));
  });

  test("sets each flag on the controllers that have it", () => {
    const objects = install({ ...extra, lockdown: { defaultServiceAccount: "tenant" } });
    const { "source-controller": source, ...others } = flags(objects, "--no-cross-namespace-refs");
    expect(source).toBeUndefined();
    expect(Object.values(others)).toEqual(Array(6).fill("true"));
    expect(flags(objects, "--no-remote-bases")).toMatchObject({
      "kustomize-controller": "true",
      "helm-controller": undefined,
    });
    expect(flags(objects, "--default-service-account")).toMatchObject({
      "kustomize-controller": "tenant",
      "helm-controller": "tenant",
      "source-controller": undefined,
      "notification-controller": undefined,
    });
  });

  test("leaves out what is switched off", () => {
    const objects = install({ lockdown: { noRemoteBases: false, noCrossNamespaceRefs: false } });
    expect(flags(objects, "--no-remote-bases")["kustomize-controller"]).toBeUndefined();
    expect(flags(objects, "--no-cross-namespace-refs")["kustomize-controller"]).toBeUndefined();
    expect(flags(objects, "--default-service-account")["kustomize-controller"]).toBe("default");
  });
});

describe("pods", () => {
  test("stay on Linux nodes and tolerate the named taints", () => {
    const spec = controller(install({ tolerationKeys: ["a", "b", "a"] }), "source-controller").spec.template
      .spec;
    expect(spec["nodeSelector"]).toEqual({ "kubernetes.io/os": "linux" });
    expect(spec["tolerations"]).toEqual([
      { key: "a", operator: "Exists" },
      { key: "b", operator: "Exists" },
    ]);
  });

  test("get the resources that are given, and keep the others", () => {
    const objects = install({
      resources: { "helm-controller": { limits: { memory: "2Gi" }, requests: { cpu: "1" } } },
    });
    expect(controller(objects, "helm-controller").spec.template.spec.containers[0]?.resources).toEqual({
      requests: { cpu: "1", memory: "64Mi" },
      limits: { cpu: "1000m", memory: "2Gi" },
    });
  });

  test("are as many as asked for", () => {
    const objects = install({ replicas: { "helm-controller": 2 } });
    expect(controller(objects, "helm-controller").spec.replicas).toBe(2);
    expect(controller(objects, "kustomize-controller").spec.replicas).toBe(1);
  });
});

describe("storage", () => {
  const objects = install({ storage: { size: "20Gi", storageClass: "fast" }, namespace: "gitops" });

  test("claims a volume beside source-controller", () => {
    expect(objects.find(({ kind }) => kind === "PersistentVolumeClaim")).toEqual({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: "source-controller-data",
        namespace: "gitops",
        labels: {
          "app.kubernetes.io/component": "source-controller",
          "app.kubernetes.io/instance": "gitops",
          "app.kubernetes.io/part-of": "flux",
        },
      },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "20Gi" } },
        storageClassName: "fast",
      },
    });
  });

  test("puts the artifacts on it, and keeps the other volumes", () => {
    expect(controller(objects, "source-controller").spec.template.spec.volumes).toEqual([
      { name: "tmp", emptyDir: {} },
      { name: "data", persistentVolumeClaim: { claimName: "source-controller-data" } },
    ]);
  });

  test("is the pod's own unless asked for", () => {
    expect(install().some(({ kind }) => kind === "PersistentVolumeClaim")).toBe(false);
  });
});

test("network policies are left out when switched off, and nothing else is", () => {
  const open = keys(install({ networkPolicy: false }));
  expect(keys(install()).filter((key) => !open.includes(key))).toEqual([
    "NetworkPolicy/flux-system/allow-egress",
    "NetworkPolicy/flux-system/allow-scraping",
    "NetworkPolicy/flux-system/allow-webhooks",
  ]);
});

test("the version is a label of every object and pod", () => {
  const objects = install({ version: "v2.9.3" });
  expect(objects.every(({ metadata }) => metadata.labels?.["app.kubernetes.io/version"] === "v2.9.3")).toBe(
    true,
  );
  const { labels } = controller(objects, "source-controller").spec.template.metadata;
  expect(labels?.["app.kubernetes.io/version"]).toBe("v2.9.3");
});

test("CRDs keep their descriptions only when asked to, and a property of that name stays", () => {
  const schema = (options: FluxControllersOptions) =>
    JSON.stringify(install(options).find(({ kind }) => kind === "CustomResourceDefinition")?.["spec"]);
  expect(schema({ crdDescriptions: true })).toContain("words");
  expect(schema({})).not.toContain("words");
  expect(schema({})).toContain('"properties":{"description":{"type":"string"}}');
});

test("fields that the cluster writes are left to it", () => {
  const meta = (name: string) => ({ name, creationTimestamp: null });
  const clientConfig = { service: { name: "a", namespace: "b" }, caBundle: "Q0E=" };
  const webhook = { clientConfig, conversionReviewVersions: ["v1"] };
  const [crd, role] = withoutOwnedFields([
    {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: meta("a"),
      spec: { group: "g", conversion: { strategy: "Webhook", webhook } },
      status: { conditions: [] },
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: meta("b"),
      aggregationRule: { clusterRoleSelectors: [] },
      rules: [],
    },
  ]);
  expect(crd).toEqual({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "a" },
    spec: {
      group: "g",
      conversion: {
        strategy: "Webhook",
        webhook: {
          clientConfig: { service: { name: "a", namespace: "b" } },
          conversionReviewVersions: ["v1"],
        },
      },
    },
  });
  expect(role).toEqual({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "b" },
    aggregationRule: { clusterRoleSelectors: [] },
  });
});
