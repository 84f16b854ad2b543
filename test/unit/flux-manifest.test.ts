import { describe, expect, test } from "vitest";
import { parseManifest } from "../../components/flux/manifest.ts";
import { controllerVersions, objectKey } from "../../components/flux/objects.ts";
import { smallManifest, smallManifestText } from "./flux-small-manifest.ts";

describe("parseManifest", () => {
  test("gives every object of a multi-document text, in its order", () => {
    expect(parseManifest(smallManifestText)).toEqual(smallManifest);
  });

  test("reads a JSON array of the same objects to the same result", () => {
    expect(parseManifest(JSON.stringify(smallManifest))).toEqual(smallManifest);
  });

  test("skips empty documents and comments", () => {
    const text = "# generated\n---\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n---\n# end\n";
    expect(parseManifest(text).map(objectKey)).toEqual(["Namespace/a"]);
  });

  test.each([
    ["a scalar", "just text", 'document 1: it is "just text", not an object'],
    ["no kind", "apiVersion: v1\nmetadata: {name: a}", "document 1: it has no apiVersion and kind"],
    [
      "no name",
      "apiVersion: v1\nkind: Service\nmetadata: {}",
      "document 1: this Service has no metadata.name",
    ],
    ["a list", "apiVersion: v1\nkind: List\nmetadata: {name: a}\nitems: []", "a List is not taken"],
    ["nothing", "---\n", "it has no objects"],
    [
      "a Deployment without containers",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}",
      "Deployment a has no containers",
    ],
    [
      "a container without an image",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: m}]}}}",
      "Deployment a has a container without an image",
    ],
    ["text that is not YAML", "a: [1", "install.yaml is not YAML"],
    ["broken JSON", "[{", "install.yaml starts as a JSON array and is not one"],
  ])("refuses %s and says so", (_, text, message) => {
    expect(() => parseManifest(text, "install.yaml")).toThrow(message);
  });

  test("names every bad document at once, duplicates too", () => {
    const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    const text = [namespace, "text\n", namespace, "- 1\n"].join("---\n");
    expect(() => parseManifest(text, "install.yaml")).toThrow(
      "install.yaml is not a manifest of Kubernetes objects:\n" +
        '  - document 2: it is "text", not an object\n' +
        "  - document 3: Namespace/a is there twice\n" +
        "  - document 4: it is a list, not an object",
    );
  });
});

describe("controllerVersions", () => {
  test.each([
    ["ghcr.io/fluxcd/a:v1.2.3", "v1.2.3"],
    ["mirror:5000/flux/a", "latest"],
    ["mirror:5000/flux/a:v1@sha256:abc", "v1"],
    ["mirror/flux/a@sha256:abc", "sha256:abc"],
  ])("reads the version of %s", (image, version) => {
    const objects = parseManifest(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{image: "${image}"}]}}}`,
    );
    expect(controllerVersions(objects)).toEqual({ a: version });
  });
});
