import { describe, expect, test } from "vitest";
import type { FluxComponent, FluxControllersOptions } from "../../components/flux/options.ts";
import { fluxControllersDefaults, resolveFluxOptions } from "../../components/flux/options.ts";
import { fluxOptionsProblems } from "../../components/flux/options-problems.ts";
import { smallManifest } from "./flux-small-manifest.ts";

const problems = (options: FluxControllersOptions) => fluxOptionsProblems(options, smallManifest);
const mistyped = (name: string) => name as FluxComponent;

describe("fluxOptionsProblems", () => {
  test("finds nothing wrong with the defaults, nor with every option in use", () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({
        namespace: "gitops",
        version: "v2.9.3",
        componentsExtra: ["image-reflector-controller", "image-automation-controller", "source-watcher"],
        registry: "mirror.example:5000/flux",
        imagePullSecret: "mirror",
        clusterDomain: "corp.local",
        logLevel: "debug",
        tolerationKeys: ["example.com/dedicated"],
        resources: { "helm-controller": { limits: { memory: "2Gi" } } },
        replicas: { "kustomize-controller": 2 },
        lockdown: true,
        storage: { size: "20Gi", storageClass: "fast" },
      }),
    ).toEqual([]);
  });

  test("names a mistyped component's nearest", () => {
    const [problem] = problems({ componentsExtra: [mistyped("image-reflektor-controller")] });
    expect(problem).toContain(
      'flux.components: "image-reflektor-controller" is not a Flux controller. Did you mean "image-reflector-controller"?',
    );
  });

  test("asks for source-controller, and for what a component needs", () => {
    expect(problems({ components: ["kustomize-controller", "image-automation-controller"] })).toEqual([
      'flux.components: "source-controller" is missing and every other controller needs it: add it',
      'flux.components: "image-automation-controller" needs "image-reflector-controller": add it to componentsExtra',
    ]);
  });

  test("refuses a component that the manifest does not have", () => {
    const without = smallManifest.filter(({ metadata }) => !metadata.name.startsWith("source-watcher"));
    const bare = without.filter(
      ({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] !== "source-watcher",
    );
    expect(fluxOptionsProblems({ componentsExtra: ["source-watcher"] }, bare)).toEqual([
      'flux.components: "source-watcher" is not in this manifest: take one that has it, or leave it out',
    ]);
  });

  test.each<[FluxControllersOptions["replicas"], string]>([
    [{ "source-controller": 2 }, "flux.replicas.source-controller: 2 pods are not possible"],
    [{ "helm-controller": 0 }, "flux.replicas.helm-controller: 0 is no number of pods"],
    [{ "helm-controller": 1.5 }, "flux.replicas.helm-controller: 1.5 is no number of pods"],
    [{ "source-watcher": 1 }, 'flux.replicas: "source-watcher" is not installed'],
  ])("refuses the replicas %j", (replicas, message) => {
    expect(problems({ replicas }).join("\n")).toContain(message);
  });

  test.each(["kustomize-controller", "helm-controller", "notification-controller"] as const)(
    "lets %s stand by in a second pod",
    (component) => expect(problems({ replicas: { [component]: 2 } })).toEqual([]),
  );

  test.each<[FluxControllersOptions, string]>([
    [
      { registry: "https://mirror.example/flux" },
      'flux.registry: "https://mirror.example/flux" has a scheme: write "mirror.example/flux"',
    ],
    [{ registry: "mirror.example/" }, "flux.registry"],
    [{ registry: "mirror.example/flux:v1" }, "has a tag or digest"],
    [{ namespace: "Flux" }, 'flux.namespace: "Flux" is not a Kubernetes name'],
    [{ clusterDomain: "cluster.local." }, "flux.clusterDomain"],
    [{ logLevel: "warn" as "info" }, 'flux.logLevel: "warn" is not a log level'],
    [{ tolerationKeys: ["a=b"] }, 'flux.tolerationKeys[0]: "a=b"'],
    [
      { resources: { "helm-controller": { limits: { memory: "1 GB" } } } },
      "flux.resources.helm-controller.limits.memory",
    ],
    [{ storage: { size: "big" } }, 'flux.storage.size: "big" is not a Kubernetes quantity'],
    [{ lockdown: { defaultServiceAccount: "A b" } }, "flux.lockdown.defaultServiceAccount"],
  ])("refuses %j", (options, message) => {
    const found = problems(options);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test("finds all problems at once", () => {
    expect(
      problems({ components: [], namespace: "A", registry: "", replicas: { "helm-controller": 0 } }),
    ).toHaveLength(5);
  });
});

describe("resolveFluxOptions", () => {
  test("fills in flux install's own defaults", () => {
    expect(resolveFluxOptions()).toMatchObject({
      namespace: "flux-system",
      components: fluxControllersDefaults.components,
      registry: "ghcr.io/fluxcd",
      watchAllNamespaces: true,
      networkPolicy: true,
      clusterDomain: "cluster.local",
      logLevel: "info",
      lockdown: undefined,
      storage: undefined,
    });
  });

  test("takes a component that is in both lists once", () => {
    const options = resolveFluxOptions({
      components: ["source-controller"],
      componentsExtra: ["source-controller"],
    });
    expect(options.components).toEqual(["source-controller"]);
  });

  test("locks down everything unless told otherwise", () => {
    const all = { noCrossNamespaceRefs: true, noRemoteBases: true, defaultServiceAccount: "default" };
    expect(resolveFluxOptions({ lockdown: true }).lockdown).toEqual(all);
    expect(resolveFluxOptions({ lockdown: { noRemoteBases: false } }).lockdown).toEqual({
      ...all,
      noRemoteBases: false,
    });
  });
});
