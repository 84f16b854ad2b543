import { describe, expect, test } from "vitest";
import {
  componentsKey,
  droppedComponents,
  droppingProblem,
  type OwnedObject,
} from "../../components/flux/dropped.ts";

const installed = ["source-controller", "kustomize-controller", "helm-controller", "source-watcher"];

describe("what is dropped", () => {
  test("is what the last run installed and the options leave out", () => {
    expect(droppedComponents(installed, { components: ["source-controller"] })).toEqual([
      "helm-controller",
      "kustomize-controller",
      "source-watcher",
    ]);
    expect(droppedComponents(installed, { componentsExtra: ["source-watcher"] })).toEqual([]);
    expect(droppedComponents([], { components: ["source-controller"] })).toEqual([]);
  });

  test("is left out of the key that it would be in", () => {
    expect(componentsKey("helm-controller")).toBe("components");
    expect(componentsKey("source-watcher")).toBe("componentsExtra");
  });
});

describe("the problem", () => {
  const releases = (count: number): OwnedObject[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: "HelmRelease",
      namespace: "shop",
      name: `r${index}`,
    }));
  const problem = (objects: OwnedObject[], total = objects.length) =>
    droppingProblem({ component: "helm-controller", objects, total });

  test("is none where no object exists", () => {
    expect(problem([])).toBeUndefined();
  });

  test("names an object by kind, namespace and name, and says what to do", () => {
    const [release] = releases(1);
    expect(problem(release ? [release] : [])).toMatch(
      /"helm-controller".*1 object of its kinds is on the cluster: HelmRelease shop\/r0\. .*delete them while it runs/,
    );
  });

  test("names ten at most, whether all of them were read or not", () => {
    const ten = /: HelmRelease shop\/r0(, HelmRelease shop\/r\d){9} and 13 more\. /;
    expect(problem(releases(10), 23)).toMatch(ten);
    expect(problem(releases(23))).toMatch(ten);
    expect(problem(releases(10))).not.toContain("more");
  });

  test("names what has no namespace by its name alone", () => {
    expect(problem([{ kind: "Thing", namespace: undefined, name: "one" }])).toContain("Thing one.");
  });
});
