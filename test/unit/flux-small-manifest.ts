/** A manifest in the shape of Flux's own, in our own words: just enough of each kind for the transforms. */
import { stringify } from "yaml";
import type { FluxObject } from "../../components/flux/objects.ts";
import { fluxComponents } from "../../components/flux/options.ts";

const shared = { "app.kubernetes.io/part-of": "flux", "app.kubernetes.io/instance": "flux-system" };
const labels = (component: string) => ({ ...shared, "app.kubernetes.io/component": component });
const servers = ["source-controller", "source-watcher"];

/** CRDs by controller: one each is enough. */
export const crdOf: Readonly<Record<string, string>> = {
  "source-controller": "gitrepositories.source.toolkit.fluxcd.io",
  "kustomize-controller": "kustomizations.kustomize.toolkit.fluxcd.io",
  "helm-controller": "helmreleases.helm.toolkit.fluxcd.io",
  "notification-controller": "alerts.notification.toolkit.fluxcd.io",
  "image-reflector-controller": "imagepolicies.image.toolkit.fluxcd.io",
  "image-automation-controller": "imageupdateautomations.image.toolkit.fluxcd.io",
  "source-watcher": "artifactgenerators.source.extensions.fluxcd.io",
};

function crd(component: string): FluxObject {
  const name = crdOf[component] ?? "";
  const [plural = "", ...group] = name.split(".");
  const properties = { description: { type: "string", description: "a property of this very name" } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name, labels: labels(component), annotations: { made: "here" } },
    spec: {
      group: group.join("."),
      names: { kind: plural, plural },
      scope: "Namespaced",
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { description: "words", properties } },
        },
      ],
    },
  };
}

function deployment(component: string): FluxObject {
  const serving = servers.includes(component);
  const flags = ["--watch-all-namespaces", "--log-level=info", "--enable-leader-election"];
  const events =
    component === "notification-controller"
      ? []
      : ["--events-addr=http://old.flux-system.svc.cluster.local./"];
  const storage = serving ? ["--storage-path=/data", `--storage-adv-addr=${component}.old.`] : [];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: component,
      namespace: "flux-system",
      labels: { ...labels(component), "control-plane": "controller" },
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: component } },
      ...(serving ? { strategy: { type: "Recreate" } } : {}),
      template: {
        metadata: { labels: { app: component, ...labels(component) } },
        spec: {
          serviceAccountName: component,
          terminationGracePeriodSeconds: component === "helm-controller" ? 600 : 10,
          containers: [
            {
              name: "manager",
              image: `ghcr.io/fluxcd/${component}:v1.2.3`,
              args: [...events, ...flags, ...storage],
              resources: {
                requests: { cpu: "100m", memory: "64Mi" },
                limits: { cpu: "1000m", memory: "1Gi" },
              },
            },
          ],
          volumes: [...(serving ? [{ name: "data", emptyDir: {} }] : []), { name: "tmp", emptyDir: {} }],
        },
      },
    },
  };
}

function service(name: string, component: string): FluxObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "flux-system", labels: labels(component) },
    spec: { type: "ClusterIP", selector: { app: component }, ports: [{ name: "http", port: 80 }] },
  };
}

function policy(name: string): FluxObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "flux-system", labels: shared },
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
  };
}

const rbac = "rbac.authorization.k8s.io";

function binding(name: string, role: string, accounts: readonly string[]): FluxObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name, labels: shared },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
    subjects: accounts.map((account) => ({
      kind: "ServiceAccount",
      name: account,
      namespace: "flux-system",
    })),
  };
}

/** The objects of every controller, and those that they share. */
export const smallManifest: readonly FluxObject[] = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "flux-system", labels: { ...shared, "pod-security.kubernetes.io/warn": "restricted" } },
  },
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "critical-pods", namespace: "flux-system", labels: shared },
    spec: { hard: { pods: "1000" } },
  },
  ...fluxComponents.map(crd),
  ...fluxComponents.map((component) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: component, namespace: "flux-system", labels: labels(component) },
  })),
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: "crd-controller", labels: shared },
    rules: [{ apiGroups: ["source.toolkit.fluxcd.io"], resources: ["*"], verbs: ["*"] }],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: "flux-view", labels: { ...shared, [`${rbac}/aggregate-to-view`]: "true" } },
    rules: [{ apiGroups: ["source.toolkit.fluxcd.io"], resources: ["*"], verbs: ["get"] }],
  },
  binding("cluster-reconciler", "cluster-admin", ["kustomize-controller", "helm-controller"]),
  binding("crd-controller", "crd-controller", fluxComponents),
  service("notification-controller", "notification-controller"),
  service("source-controller", "source-controller"),
  service("source-watcher", "source-watcher"),
  service("webhook-receiver", "notification-controller"),
  ...fluxComponents.map(deployment),
  policy("allow-egress"),
  policy("allow-scraping"),
  policy("allow-webhooks"),
];

/** The same as the text of a release. */
export const smallManifestText = smallManifest.map((object) => `---\n${stringify(object)}`).join("");
