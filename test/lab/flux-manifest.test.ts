/** The transforms against Flux's own manifest, all seven controllers of 2.9.3: SLIPWAY_FLUX_MANIFEST is its path. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resourceProblem } from "../../components/flux/controller-resources.ts";
import { parseManifest } from "../../components/flux/manifest.ts";
import { type FluxObject, controllerVersions, isDeployment } from "../../components/flux/objects.ts";
import {
  type FluxControllersOptions,
  fluxComponents,
  resolveFluxOptions,
} from "../../components/flux/options.ts";
import { fluxOptionsProblems } from "../../components/flux/options-problems.ts";
import { fluxObjects } from "../../components/flux/transforms/pipeline.ts";

const path = process.env["SLIPWAY_FLUX_MANIFEST"];

describe.skipIf(path === undefined)("Flux's own manifest", () => {
  const manifest = path === undefined ? [] : parseManifest(readFileSync(path, "utf8"), path);
  const shipped = fluxComponents.filter((component) => component in controllerVersions(manifest));

  function install(options: FluxControllersOptions): FluxObject[] {
    expect(fluxOptionsProblems(options, manifest)).toEqual([]);
    return fluxObjects(manifest, resolveFluxOptions(options));
  }

  /** Number of objects by kind. */
  const kinds = (objects: readonly FluxObject[]) =>
    Object.fromEntries(
      [...Map.groupBy(objects, ({ kind }) => kind)]
        .map(([kind, { length }]) => [kind, length] as const)
        .sort(([left], [right]) => left.localeCompare(right)),
    );

  const argsOf = (objects: readonly FluxObject[]) =>
    Object.fromEntries(
      objects
        .filter(isDeployment)
        .map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0]?.args?.toSorted()]),
    );

  test("has only kinds that can be installed", () => {
    expect(manifest.map(resourceProblem).filter((problem) => problem !== undefined)).toEqual([]);
  });

  test("installs the default controllers as `flux install` does", () => {
    const objects = install({ version: "v2.9.3" });
    expect(kinds(objects)).toEqual({
      ClusterRole: 3,
      ClusterRoleBinding: 2,
      CustomResourceDefinition: 11,
      Deployment: 4,
      Namespace: 1,
      NetworkPolicy: 3,
      ResourceQuota: 1,
      Service: 3,
      ServiceAccount: 4,
    });
    const common = [
      "--enable-leader-election",
      "--log-encoding=json",
      "--log-level=info",
      "--watch-all-namespaces=true",
    ];
    const events = "--events-addr=http://notification-controller.$(RUNTIME_NAMESPACE).svc.cluster.local./";
    const sender = [...common, events].sort();
    const storage = [
      "--storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.",
      "--storage-path=/data",
    ];
    expect(argsOf(objects)).toEqual({
      "helm-controller": sender,
      "kustomize-controller": sender,
      "notification-controller": common,
      "source-controller": [...sender, ...storage].sort(),
    });
  });

  test("gives each of its controllers a version", () => {
    const versions = controllerVersions(install({ components: shipped }));
    expect(Object.keys(versions).sort()).toEqual([...shipped].sort());
    for (const version of Object.values(versions)) expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
  });

  test("is moved whole: nothing of the namespace it was made for stays", () => {
    const objects = install({
      components: shipped,
      namespace: "gitops",
      clusterDomain: "corp.example",
      registry: "mirror/flux",
    });
    const text = JSON.stringify(objects.filter(({ kind }) => kind !== "CustomResourceDefinition"));
    for (const former of ["flux-system", "cluster.local", "ghcr.io"]) expect(text).not.toContain(former);
  });

  test("has source-controller's artifacts in the volume that storage replaces", () => {
    const objects = install({ storage: { size: "10Gi" } });
    const source = objects.filter(isDeployment).find(({ metadata }) => metadata.name === "source-controller");
    const { containers, volumes } = source?.spec.template.spec ?? { containers: [] };
    expect(volumes).toContainEqual({
      name: "data",
      persistentVolumeClaim: { claimName: "source-controller-data" },
    });
    expect(containers[0]?.["volumeMounts"]).toContainEqual({ name: "data", mountPath: "/data" });
    expect(source?.spec["strategy"]).toEqual({ type: "Recreate" });
  });

  test("has CRDs of less than half their size without descriptions", () => {
    const size = (crdDescriptions: boolean) =>
      JSON.stringify(install({ crdDescriptions }).filter(({ kind }) => kind === "CustomResourceDefinition"))
        .length;
    expect(size(false)).toBeLessThan(size(true) / 2);
  });
});
