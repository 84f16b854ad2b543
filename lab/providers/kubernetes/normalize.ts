import { at, containsUnknown, isObject, textAt, without, type Json, type JsonObject } from "../values.ts";
import { gvkOf, isBuiltIn, isCrd, type Gvk } from "./kinds.ts";
import { canonicalQuantity } from "./quantity.ts";

/** What a client cannot set. */
const READ_ONLY_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** Maps from a name to a quantity, wherever they stand in Kubernetes' own objects. */
const QUANTITY_MAPS = new Set([
  "limits",
  "requests",
  "hard",
  "capacity",
  "allocatable",
  "default",
  "defaultRequest",
  "max",
  "min",
  "maxLimitRequestRatio",
  "overhead",
]);

/** Quantities that stand alone. */
const QUANTITIES = new Set(["sizeLimit", "divisor", "averageValue"]);

/**
 * Brings inputs into the form in which the API server stores them, so that writings of the same meaning are no
 * difference: read-only fields go, a Secret's `stringData` becomes `data`, quantities become canonical. Custom
 * resources keep their writing. Returns a new object.
 */
export function normalizeInputs(object: JsonObject, token: Gvk): JsonObject {
  const gvk = gvkOf(object, token);
  let result = withoutReadOnly(object);
  if (!isBuiltIn(gvk) || containsUnknown(result)) return result;
  if (gvk.group === "" && gvk.kind === "Secret") result = normalizeSecret(result);
  if (isCrd(gvk)) result = normalizeCrd(result);
  else result = normalizeQuantities(result) as JsonObject;
  return result;
}

function withoutReadOnly(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  if (!isObject(metadata)) return { ...object };
  return { ...object, metadata: without(metadata, ...READ_ONLY_METADATA) };
}

/** `stringData` overwrites `data`, and base64 is written anew: whitespace in it means nothing. */
function normalizeSecret(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  const data: JsonObject = {};
  for (const [key, value] of Object.entries(isObject(rest["data"]) ? rest["data"] : {})) {
    data[key] = typeof value === "string" ? canonicalBase64(value) : value;
  }
  for (const [key, value] of Object.entries(isObject(stringData) ? stringData : {})) {
    data[key] = typeof value === "string" ? Buffer.from(value).toString("base64") : value;
  }
  return Object.keys(data).length === 0 ? rest : { ...rest, data };
}

function canonicalBase64(text: string): string {
  const compact = text.replace(/\s/g, "");
  return /^[A-Za-z0-9+/]*={0,2}$/.test(compact) ? Buffer.from(compact, "base64").toString("base64") : text;
}

/** The status is the server's, and `preserveUnknownFields: false` is not stored. */
function normalizeCrd(object: JsonObject): JsonObject {
  const rest = without(object, "status");
  const spec = rest["spec"];
  if (!isObject(spec) || spec["preserveUnknownFields"] !== false) return rest;
  return { ...rest, spec: without(spec, "preserveUnknownFields") };
}

function normalizeQuantities(value: Json): Json {
  if (Array.isArray(value)) return value.map(normalizeQuantities);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === "metadata" || key === "data") return [key, item];
      if (QUANTITIES.has(key)) return [key, quantity(item)];
      if (QUANTITY_MAPS.has(key) && isObject(item)) {
        return [
          key,
          Object.fromEntries(Object.entries(item).map(([name, amount]) => [name, quantity(amount)])),
        ];
      }
      return [key, normalizeQuantities(item)];
    }),
  );
}

function quantity(value: Json): Json {
  if (typeof value === "string") return canonicalQuantity(value);
  return typeof value === "number" ? canonicalQuantity(String(value)) : value;
}

/**
 * Cuts a live object down to the shape of the inputs that made it, so that what the cluster adds is no difference.
 * A list is cut to the inputs' length only.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/util.go (pruneMap)
 */
export function prune(live: JsonObject, inputs: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(live)) {
    if (key in inputs) result[key] = pruneValue(value, inputs[key]);
  }
  return result;
}

function pruneValue(live: Json, input: Json | undefined): Json {
  if (isObject(live) && isObject(input)) return prune(live, input);
  if (Array.isArray(live) && Array.isArray(input)) {
    return live.slice(0, input.length).map((item, index) => pruneValue(item, input[index]));
  }
  return live;
}

/** Fields of CRD schemas that TypeScript cannot spell with dashes. */
const DASHED = new Map(
  [
    "embedded-resource",
    "int-or-string",
    "list-map-keys",
    "list-type",
    "map-type",
    "preserve-unknown-fields",
    "validations",
  ].map((name) => [`x_kubernetes_${name.replaceAll("-", "_")}`, `x-kubernetes-${name}`]),
);
const UNDERSCORED = new Map([...DASHED].map(([underscored, dashed]) => [dashed, underscored]));

/** `x_kubernetes_list_type` as the API writes it: `x-kubernetes-list-type`. */
export function toApiKeys(value: JsonObject): JsonObject {
  return renameKeys(value, DASHED) as JsonObject;
}

/** The reverse of `toApiKeys`: as the SDK's types write it. */
export function toSdkKeys(value: JsonObject): JsonObject {
  return renameKeys(value, UNDERSCORED) as JsonObject;
}

function renameKeys(value: Json, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [names.get(key) ?? key, renameKeys(item, names)]),
  );
}

/** Sets the object's namespace, or removes it for "". Returns a new object. */
export function withNamespace(object: JsonObject, namespace: string): JsonObject {
  if (textAt(object, "metadata", "namespace") === namespace && namespace !== "") return object;
  const metadata = at(object, "metadata");
  if (!isObject(metadata)) return namespace === "" ? object : { ...object, metadata: { namespace } };
  const rest = without(metadata, "namespace");
  return { ...object, metadata: namespace === "" ? rest : { ...rest, namespace } };
}
