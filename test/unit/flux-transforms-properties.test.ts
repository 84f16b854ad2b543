import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FluxObject, isDeployment, objectKey, withContainers } from "../../components/flux/objects.ts";
import {
  type FluxControllersOptions,
  extraComponents,
  fluxComponents,
  resolveFluxOptions,
} from "../../components/flux/options.ts";
import { fluxOptionsProblems } from "../../components/flux/options-problems.ts";
import { fluxObjects, fluxTransforms } from "../../components/flux/transforms/pipeline.ts";
import { smallManifest } from "./flux-small-manifest.ts";

/** Names that are also the ends of Flux's own names are the ones that a careless rename trips over. */
const namespace = fc.constantFrom("flux-system", "gitops", "controller", "system", "view", "flux");

const someOptions: fc.Arbitrary<FluxControllersOptions> = fc
  .record(
    {
      namespace,
      version: fc.constantFrom("v2.9.3", "v2.9.4"),
      components: fc
        .subarray([...fluxComponents])
        .map((list) => [
          ...new Set([...list, "source-controller" as const, "image-reflector-controller" as const]),
        ]),
      // image-automation-controller needs image-reflector-controller.
      componentsExtra: fc
        .subarray([...extraComponents])
        .map((list) => ["image-reflector-controller" as const, ...list]),
      registry: fc.constantFrom("ghcr.io/fluxcd", "mirror.example:5000/flux", "localhost"),
      imagePullSecret: fc.constant("mirror"),
      watchAllNamespaces: fc.boolean(),
      networkPolicy: fc.boolean(),
      clusterDomain: fc.constantFrom("cluster.local", "corp.local"),
      logLevel: fc.constantFrom("debug", "info", "error"),
      tolerationKeys: fc.subarray(["a", "b", "example.com/c"]),
      replicas: fc.constant({ "image-reflector-controller": 2 }),
      resources: fc.constant({ "source-controller": { limits: { memory: "2Gi" } } }),
      lockdown: fc.oneof(fc.boolean(), fc.record({ noRemoteBases: fc.boolean() }, { requiredKeys: [] })),
      storage: fc.oneof(fc.constant<false>(false), fc.record({ size: fc.constant("20Gi") })),
      crdDescriptions: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map(({ replicas, ...options }) => {
    // Settings of a controller that is not installed are refused.
    const installed = resolveFluxOptions(options).components.includes("image-reflector-controller");
    return installed && replicas !== undefined ? { ...options, replicas } : options;
  });

/** Objects by key, flags as a set: in what order they stand is of no consequence to Kubernetes or a controller. */
function content(objects: readonly FluxObject[]): Record<string, FluxObject> {
  const sorted = objects.map((object) =>
    isDeployment(object)
      ? withContainers(object, (container) => ({ ...container, args: (container.args ?? []).toSorted() }))
      : object,
  );
  return Object.fromEntries(sorted.map((object) => [objectKey(object), object]));
}

describe("the transforms, for any valid options", () => {
  test("are each taken twice with the result of once", () => {
    fc.assert(
      fc.property(someOptions, (options) => {
        expect(fluxOptionsProblems(options, smallManifest)).toEqual([]);
        for (const [name, transform] of Object.entries(fluxTransforms(resolveFluxOptions(options)))) {
          const once = transform(smallManifest);
          expect(transform(once), name).toEqual(once);
        }
      }),
    );
  });

  test("give the same whole when all are taken again", () => {
    fc.assert(
      fc.property(someOptions, (options) => {
        const resolved = resolveFluxOptions(options);
        const once = fluxObjects(smallManifest, resolved);
        expect(fluxObjects(once, resolved)).toEqual(once);
      }),
    );
  });

  test("give the same content in any order", () => {
    const withOrder = someOptions.chain((options) => {
      const transforms = Object.values(fluxTransforms(resolveFluxOptions(options)));
      const all = { minLength: transforms.length, maxLength: transforms.length };
      return fc.tuple(fc.constant(options), fc.shuffledSubarray(transforms, all));
    });
    fc.assert(
      fc.property(withOrder, ([options, shuffled]) => {
        const inOrder = fluxObjects(smallManifest, resolveFluxOptions(options));
        const otherwise = shuffled.reduce<readonly FluxObject[]>(
          (objects, transform) => transform(objects),
          smallManifest,
        );
        expect(content(otherwise)).toEqual(content(inOrder));
      }),
    );
  });

  test("change nothing in what they are given", () => {
    const before = JSON.stringify(smallManifest);
    fc.assert(
      fc.property(someOptions, (options) => {
        fluxObjects(smallManifest, resolveFluxOptions(options));
        expect(JSON.stringify(smallManifest)).toBe(before);
      }),
    );
  });
});
