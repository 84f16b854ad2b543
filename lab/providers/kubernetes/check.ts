import { UNKNOWN, at, textAt, type JsonObject } from "../values.ts";
import { nameOfUrn, type Gvk } from "./kinds.ts";
import { adoptAutoname, isNamed, randomSuffix, withAutoname } from "./naming.ts";
import { normalizeInputs, withNamespace } from "./normalize.ts";

/** How the engine wants resources to be named. */
export type Autonaming =
  { readonly mode: "propose" | "enforce"; readonly name: string } | { readonly mode: "disable" } | undefined;

/** What a check looks at. */
export interface CheckInputs {
  readonly urn: string;
  readonly gvk: Gvk;
  readonly news: JsonObject;
  /** The inputs of the last run; empty for a new resource. */
  readonly olds: JsonObject;
  readonly randomSeed: Uint8Array;
  readonly autonaming: Autonaming;
  /** The namespace of a namespaced object that names none; "" for a cluster-wide kind. */
  readonly defaultNamespace: string;
}

/**
 * Completes the inputs of a resource: the normal form, a name where there is none, and the default namespace.
 * With server-side apply no label is added.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go (Check)
 */
export function checkInputs(check: CheckInputs): JsonObject {
  let inputs = normalizeInputs(check.news, check.gvk);
  if (Object.keys(check.olds).length > 0) inputs = adoptAutoname(inputs, check.olds);
  else if (!isNamed(inputs) && textAt(inputs, "metadata", "generateName") === "") {
    inputs = withAutoname(inputs, autoname(check));
  }
  if (!isNamed(inputs)) {
    throw new Error(
      "metadata.generateName is not supported with server-side apply: set metadata.name, or leave both out",
    );
  }
  if (check.defaultNamespace !== "" && needsNamespace(inputs)) {
    inputs = withNamespace(inputs, check.defaultNamespace);
  }
  return inputs;
}

function needsNamespace(inputs: JsonObject): boolean {
  const metadata = at(inputs, "metadata");
  const namespace = at(inputs, "metadata", "namespace");
  return (
    metadata !== UNKNOWN &&
    namespace !== UNKNOWN &&
    (namespace === undefined || namespace === "" || namespace === null)
  );
}

function autoname(check: CheckInputs): string {
  if (check.autonaming?.mode === "disable") {
    throw new Error("metadata.name is missing, and automatic naming is disabled: set it");
  }
  return check.autonaming?.name ?? `${nameOfUrn(check.urn)}-${randomSuffix(check.randomSeed)}`;
}
