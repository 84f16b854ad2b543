import { at, isObject, type JsonObject } from "../values.ts";
import { isBuiltIn, type Gvk } from "./kinds.ts";
import { normalizeInputs, prune } from "./normalize.ts";

const NOT_INPUTS = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/**
 * The inputs of an object that is imported: what its author could have written. Of a custom resource, whose fields no
 * SDK knows, only its identity, as in the official provider.
 */
export function importedInputs(live: JsonObject, asked: JsonObject, gvk: Gvk): JsonObject {
  if (!isBuiltIn(gvk)) return prune(live, asked);
  const { status: _status, ...fields } = normalizeInputs(live, gvk);
  const metadata = at(fields, "metadata");
  const annotations = at(fields, "metadata", "annotations");
  if (!isObject(metadata) || !isObject(annotations)) return fields;
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => !NOT_INPUTS.includes(key)));
  return { ...fields, metadata: { ...metadata, annotations: kept } };
}
