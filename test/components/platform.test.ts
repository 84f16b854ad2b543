import type { FirstCommitSeed } from "../../components/git/first-commit-push.ts";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { only, valueOf, type Registered } from "./mocks.ts";
import { build, waitsFor } from "./platform-fixture.ts";

// The first use of the Kubernetes SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

/** Everything that the dev stack is, with a manifest of Flux that has one CRD for each controller. */
const devStack = `
github:index/actionsSecret:ActionsSecret spring-app-delivery-CHARTS_DEPLOY_KEY
github:index/actionsSecret:ActionsSecret spring-app-delivery-FLUXCD_DEPLOY_KEY
github:index/actionsSecret:ActionsSecret spring-app-delivery-REGISTRY_PASSWORD
github:index/actionsVariable:ActionsVariable spring-app-delivery-CHARTS_URL
github:index/actionsVariable:ActionsVariable spring-app-delivery-FLUXCD_URL
github:index/actionsVariable:ActionsVariable spring-app-delivery-GIT_KNOWN_HOSTS
github:index/actionsVariable:ActionsVariable spring-app-delivery-IMAGE_NAME
github:index/actionsVariable:ActionsVariable spring-app-delivery-IMAGE_REPO
github:index/actionsVariable:ActionsVariable spring-app-delivery-REGISTRY_USER
github:index/repository:Repository flux-cd
github:index/repository:Repository helm
github:index/repository:Repository spring-app
github:index/repositoryDeployKey:RepositoryDeployKey dev-flux-cd-key-registration
github:index/repositoryDeployKey:RepositoryDeployKey spring-app-delivery-charts-key-registration
github:index/repositoryDeployKey:RepositoryDeployKey spring-app-delivery-fluxcd-key-registration
kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition flux-crd-alerts.notification.toolkit.fluxcd.io
kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition flux-crd-gitrepositories.source.toolkit.fluxcd.io
kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition flux-crd-helmreleases.helm.toolkit.fluxcd.io
kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition flux-crd-kustomizations.kustomize.toolkit.fluxcd.io
kubernetes:apps/v1:Deployment flux-deployment-helm-controller
kubernetes:apps/v1:Deployment flux-deployment-kustomize-controller
kubernetes:apps/v1:Deployment flux-deployment-notification-controller
kubernetes:apps/v1:Deployment flux-deployment-source-controller
kubernetes:core/v1:LimitRange dev-namespace-limits
kubernetes:core/v1:Namespace dev-namespace-namespace
kubernetes:core/v1:Namespace flux-namespace-flux-system
kubernetes:core/v1:ResourceQuota dev-namespace-quota
kubernetes:core/v1:ResourceQuota flux-quota-critical-pods-flux-system
kubernetes:core/v1:Secret dev-flux-cd-credentials
kubernetes:core/v1:Secret dev-flux-cd-status-token
kubernetes:core/v1:Service flux-service-notification-controller
kubernetes:core/v1:Service flux-service-source-controller
kubernetes:core/v1:Service flux-service-webhook-receiver
kubernetes:core/v1:ServiceAccount flux-account-helm-controller
kubernetes:core/v1:ServiceAccount flux-account-kustomize-controller
kubernetes:core/v1:ServiceAccount flux-account-notification-controller
kubernetes:core/v1:ServiceAccount flux-account-source-controller
kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization dev-spring-app-kustomization
kubernetes:networking.k8s.io/v1:NetworkPolicy flux-network-policy-allow-egress
kubernetes:networking.k8s.io/v1:NetworkPolicy flux-network-policy-allow-scraping
kubernetes:networking.k8s.io/v1:NetworkPolicy flux-network-policy-allow-webhooks
kubernetes:notification.toolkit.fluxcd.io/v1beta3:Alert dev-flux-cd-status-alert
kubernetes:notification.toolkit.fluxcd.io/v1beta3:Provider dev-flux-cd-status-provider
kubernetes:rbac.authorization.k8s.io/v1:ClusterRole flux-cluster-role-crd-controller-flux-system
kubernetes:rbac.authorization.k8s.io/v1:ClusterRole flux-cluster-role-flux-view-flux-system
kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding flux-cluster-role-binding-cluster-reconciler-flux-system
kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding flux-cluster-role-binding-crd-controller-flux-system
kubernetes:source.toolkit.fluxcd.io/v1:GitRepository dev-flux-cd-repository
pulumi:index:Stash flux-cd-first-commit
pulumi:index:Stash helm-first-commit
pulumi:index:Stash spring-app-first-commit
pulumi:providers:github github
pulumi:providers:kubernetes cluster
slipway:index:AppDelivery spring-app-delivery
slipway:index:ClusterNamespace dev-namespace
slipway:index:CommitStatus dev-flux-cd-status
slipway:index:DeployKey dev-flux-cd-key
slipway:index:DeployKey spring-app-delivery-charts-key
slipway:index:DeployKey spring-app-delivery-fluxcd-key
slipway:index:Environment dev
slipway:index:FluxControllers flux
slipway:index:GitSource dev-flux-cd
slipway:index:Platform platform
slipway:index:Sync dev-spring-app
tls:index/privateKey:PrivateKey dev-flux-cd-key-pair
tls:index/privateKey:PrivateKey spring-app-delivery-charts-key-pair
tls:index/privateKey:PrivateKey spring-app-delivery-fluxcd-key-pair
`;

const listed = (registered: readonly Registered[]) =>
  registered.map(({ type, name }) => `${type} ${name}`).sort();
/** What of each resource is given, known or not. */
const properties = (registered: readonly Registered[]) =>
  registered.map(({ name, inputs }) => `${name}: ${Object.keys(inputs).sort().join(" ")}`).sort();
const ofType = (registered: readonly Registered[], prefix: string) =>
  registered.filter(({ type }) => type.startsWith(prefix));

describe("the resources of a stack", () => {
  test("are these, for dev: a resource that comes, goes or changes its name is a change to every user", async () => {
    const { registered } = await build("dev", [[["environments", "dev", "commitStatus"], true]]);
    expect(listed(registered)).toEqual(devStack.trim().split("\n"));
  });

  test.each(["dev", "prod"] as const)(
    "are the same in the first preview of %s, when nothing is known",
    async (stack) => {
      const preview = await build(stack, [], { preview: true });
      const source = preview.registered.find(({ type }) => type.endsWith(":GitRepository"));
      expect(source?.inputs["spec"]).toHaveProperty("url.__pulumiUnknown");
      expect(listed(preview.registered)).toEqual(listed((await build(stack)).registered));
      expect(properties(preview.registered)).toEqual(properties((await build(stack)).registered));
    },
  );

  test.each(["dev", "prod"] as const)("of %s go to the stack's own providers", async (stack) => {
    const { registered } = await build(stack);
    const providers = (prefix: string) => [
      ...new Set(ofType(registered, prefix).map(({ provider }) => provider)),
    ];
    expect(providers("kubernetes:")).toEqual(["cluster"]);
    expect(providers("github:")).toEqual(["github"]);
  });
});

describe("the providers", () => {
  test("are those of the configuration", async () => {
    const { registered } = await build("dev");
    expect(only(registered, "cluster").inputs).toMatchObject({
      clusterIdentifier: "dev",
      context: "slipway-lab",
    });
    expect(only(registered, "github").inputs).toMatchObject({
      owner: "acme",
      baseUrl: "https://api.github.com/",
    });
  });

  test("of a stack without a context use the kubeconfig's current one", async () => {
    const { registered } = await build("dev", [[["cluster", "context"], undefined]]);
    expect(only(registered, "cluster").inputs).not.toHaveProperty("context");
  });
});

describe("the order", () => {
  test("is commit and key, controllers, source, sync", async () => {
    const built = await build("dev");
    const source = waitsFor(built, "dev-flux-cd-repository");
    for (const name of [
      "flux-cd-first-commit",
      "dev-flux-cd-key-registration",
      "flux-deployment-source-controller",
      "flux-crd-gitrepositories.source.toolkit.fluxcd.io",
    ]) {
      expect(source).toContain(name);
    }
    const sync = waitsFor(built, "dev-spring-app-kustomization");
    for (const name of [
      "dev-flux-cd-repository",
      "dev-namespace-namespace",
      "dev-namespace-quota",
      "flux-deployment-kustomize-controller",
      "flux-crd-kustomizations.kustomize.toolkit.fluxcd.io",
    ]) {
      expect(sync).toContain(name);
    }
  });

  test("lets nobody read a repository before it has its first commit", async () => {
    const built = await build("dev");
    expect(waitsFor(built, "spring-app-delivery-CHARTS_URL")).toContain("helm-first-commit");
    expect(waitsFor(built, "spring-app-delivery-FLUXCD_URL")).toContain("flux-cd-first-commit");
  });

  test("makes the namespace no part of what waits for Git: it comes after Flux, and goes before it", async () => {
    const waits = [...waitsFor(await build("dev"), "dev-namespace-quota")];
    expect(waits).toContain("dev-namespace-namespace");
    expect(waits.filter((name) => !/^(dev-namespace-|flux-(?!cd))/.test(name))).toEqual([]);
  });
});

test("the outputs say where everything is", async () => {
  const { platform } = await build("dev");
  expect(await valueOf(pulumi.output(platform.outputs))).toEqual({
    namespaces: { dev: "spring-app-namespace" },
    controllers: {
      "helm-controller": "v1.2.3",
      "kustomize-controller": "v1.2.3",
      "notification-controller": "v1.2.3",
      "source-controller": "v1.2.3",
    },
    references: {},
    repositories: {
      "flux-cd": "https://127.0.0.1:8443/acme/flux-cd",
      helm: "https://127.0.0.1:8443/acme/helm",
      "spring-app": "https://127.0.0.1:8443/acme/spring-app",
    },
    deployKeys: {
      "flux-cd": "SHA256:dev-flux-cd-key-pair",
      "spring-app reads charts": "SHA256:spring-app-delivery-charts-key-pair",
      "spring-app writes fluxcd": "SHA256:spring-app-delivery-fluxcd-key-pair",
    },
    tokens: {},
    credentials: {},
    ciVariables: {
      "spring-app": [
        "CHARTS_DEPLOY_KEY",
        "CHARTS_URL",
        "FLUXCD_DEPLOY_KEY",
        "FLUXCD_URL",
        "GIT_KNOWN_HOSTS",
        "IMAGE_NAME",
        "IMAGE_REPO",
        "REGISTRY_PASSWORD",
        "REGISTRY_USER",
      ],
    },
    syncs: { dev: ["spring-app"] },
  });
});

describe("a repository", () => {
  test.each([
    ["keep", true, false],
    ["archive", false, true],
    ["delete", false, false],
  ] as const)("with onDestroy %s is retained: %s, archived: %s", async (onDestroy, retained, archived) => {
    const { registered, graph } = await build("dev", [[["repositories", "helm", "onDestroy"], onDestroy]]);
    expect(graph.registrations.get("helm")?.retainOnDelete).toBe(retained);
    expect(only(registered, "helm").inputs["archiveOnDestroy"]).toBe(archived);
  });

  test("is seeded by its role, for the app that it serves", async () => {
    const { registered } = await build("prod");
    const seeds = ofType(registered, "pulumi:index:Stash").map(({ name, inputs }) => {
      const { role, values } = inputs["input"] as FirstCommitSeed;
      return [name, role, values.app];
    });
    expect(seeds.sort()).toEqual([
      ["platform-charts-first-commit", "charts", "shop"],
      ["platform-fluxcd-first-commit", "fluxcd", "shop"],
      ["shop-first-commit", "app", "shop"],
    ]);
  });
});

test("Flux is installed with the options of the configuration, awaited as long as it says", async () => {
  const { registered, graph } = await build("dev", [
    [
      ["flux", "components"],
      ["source-controller", "kustomize-controller"],
    ],
    [["flux", "replicas"], { "kustomize-controller": 2 }],
    [["flux", "resources"], { "kustomize-controller": { limits: { cpu: 2 } } }],
    [["flux", "storage"], { size: "5Gi", storageClass: "fast" }],
    [["flux", "crdDescriptions"], true],
    [["flux", "timeout"], "90s"],
  ]);
  const deployments = ofType(registered, "kubernetes:apps/v1:Deployment");
  expect(deployments.map(({ name }) => name).sort()).toEqual([
    "flux-deployment-kustomize-controller",
    "flux-deployment-source-controller",
  ]);
  const controller = only(registered, "flux-deployment-kustomize-controller").inputs;
  expect(controller).toMatchObject({
    spec: { replicas: 2, template: { spec: { containers: [{ resources: { limits: { cpu: "2" } } }] } } },
  });
  expect(graph.registrations.get("flux-deployment-kustomize-controller")?.timeouts?.create).toBe("90s");
  expect(only(registered, "flux-volume-claim-source-controller-data").inputs).toMatchObject({
    spec: { storageClassName: "fast", resources: { requests: { storage: "5Gi" } } },
  });
  const crd = only(registered, "flux-crd-gitrepositories.source.toolkit.fluxcd.io").inputs["spec"];
  expect(JSON.stringify(crd)).toContain("a property of this very name");
});

test("every resource of the cluster and of the Git host has the hook that waits and explains when it fails", async () => {
  const { registered, graph } = await build("dev");
  const hooksOf = (prefix: string) => {
    const names = registered.filter(({ type }) => type.startsWith(prefix)).map(({ name }) => name);
    expect(names.length, prefix).toBeGreaterThan(0);
    return new Set(names.map((name) => graph.registrations.get(name)?.onFailure.join()));
  };
  expect(hooksOf("kubernetes:")).toEqual(new Set(["cluster-failure"]));
  expect(hooksOf("github:")).toEqual(new Set(["github-failure"]));
});
