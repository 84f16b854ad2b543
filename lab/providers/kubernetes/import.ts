import { at, isObject, without, type JsonObject } from "../values.ts";
import { isBuiltIn, type Gvk } from "./kinds.ts";
import { normalizeInputs, prune } from "./normalize.ts";

const NOT_INPUTS = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/**
 * The inputs of an object that is imported: what its author could have written. Of a custom resource, whose fields no
 * SDK knows, only its identity, as in the official provider.
 */
export function importedInputs(live: JsonObject, asked: JsonObject, gvk: Gvk): JsonObject {
  if (!isBuiltIn(gvk)) return prune(live, asked);
  const fields = without(normalizeInputs(live, gvk), "status");
  const metadata = at(fields, "metadata");
  const annotations = at(fields, "metadata", "annotations");
  if (!isObject(metadata) || !isObject(annotations)) return fields;
  const kept = without(annotations, ...NOT_INPUTS);
  return { ...fields, metadata: { ...metadata, annotations: kept } };
}
