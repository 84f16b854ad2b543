import { expect, test } from "vitest";
import { objectOf } from "../../lab/pending-deletes.ts";

const metadata = { name: "it" };

test.each([
  ["kubernetes:core/v1:Namespace", { apiVersion: "v1", kind: "Namespace", metadata }, ["Namespace.v1./it"]],
  [
    "kubernetes:apps/v1:Deployment",
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { ...metadata, namespace: "there" } },
    ["Deployment.v1.apps/it", "--namespace", "there"],
  ],
  ["kubernetes:core/v1:Secret", { apiVersion: "v1", kind: "Secret", metadata: {} }, undefined],
  ["github:index/repository:Repository", { name: "it" }, undefined],
])("kubectl finds what a %s was", (type, inputs, words) => {
  expect(objectOf({ urn: "urn", type, inputs })).toEqual(words);
});
