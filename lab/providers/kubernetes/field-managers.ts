import { randomBytes } from "node:crypto";
import { at, isObject, objectsAt, textAt, type Json, type JsonObject } from "../values.ts";
import { parsePath } from "./diff.ts";
import { annotation } from "./kinds.ts";

/** The manager of what a create (a POST) wrote, until the first update takes it over. */
export const CREATE_MANAGER = "pulumi-kubernetes";

/** Managers, as `name/operation`, whose fields the first server-side apply takes over. */
const TAKEN_OVER = new Set([
  "kubectl/Apply",
  "kubectl/Update",
  "before-first-apply/Update",
  "pulumi-kubernetes/Update",
  "pulumi-kubernetes.exe/Update",
  "pulumi-resource-kubernetes/Update",
]);

/** The name of a resource's field manager: by annotation, as in the state, or a new one of its own. */
export function fieldManagerName(inputs: JsonObject, inState: string): string {
  return (
    annotation(inputs, "pulumi.com/patchFieldManager") ||
    inState ||
    `pulumi-kubernetes-${randomBytes(4).toString("hex")}`
  );
}

/**
 * Whether an apply overwrites fields of other managers: by annotation or provider setting; in a preview also where
 * the take-over (`takeOver`) has not happened yet; and for objects that record no managers at all.
 */
export function forcesApply(options: {
  inputs: JsonObject;
  live: JsonObject | undefined;
  enablePatchForce: boolean;
  preview: boolean;
}): boolean {
  const { inputs, live, enablePatchForce, preview } = options;
  if (enablePatchForce || annotation(inputs, "pulumi.com/patchForce") === "true") return true;
  if (live === undefined) return preview;
  const managers = objectsAt(live, "metadata", "managedFields");
  if (managers.length === 0) return true;
  return preview && managers.some((entry) => textAt(entry, "operation") === "Update" && isTakenOver(entry));
}

/**
 * The managed fields of an object after the given manager has taken over what a create, or kubectl, wrote: only then
 * does an apply remove what the program no longer asks for. Undefined where there is nothing to take over.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export function takeOver(live: JsonObject, manager: string): JsonObject[] | undefined {
  const entries = objectsAt(live, "metadata", "managedFields");
  const taken = entries.filter(isTakenOver);
  const [first] = taken;
  if (!first) return undefined;
  const isOwn = (entry: JsonObject): boolean =>
    textAt(entry, "manager") === manager && textAt(entry, "operation") === "Apply";
  const own = entries.find(isOwn) ?? { ...first, fieldsV1: {} };
  const fieldsV1 = taken.reduce<Json>(
    (merged, entry) => merge(merged, entry["fieldsV1"] ?? {}),
    own["fieldsV1"] ?? {},
  );
  const kept = entries.filter((entry) => !isTakenOver(entry) && !isOwn(entry));
  return [...kept, { ...own, manager, operation: "Apply", fieldsV1 }];
}

function isTakenOver(entry: JsonObject): boolean {
  return (
    textAt(entry, "subresource") === "" &&
    TAKEN_OVER.has(`${textAt(entry, "manager")}/${textAt(entry, "operation")}`)
  );
}

function merge(left: Json, right: Json): Json {
  if (!isObject(left) || !isObject(right)) return right;
  const result = { ...left };
  for (const [key, value] of Object.entries(right)) result[key] = merge(result[key] ?? {}, value);
  return result;
}

/**
 * Inputs of an update with the fields that the program ignores left to whoever owns them: dropped where another
 * manager has them, else set to the live value. Only paths of plain keys are handled, as in the official provider.
 */
export function withIgnoredFields(
  inputs: JsonObject,
  live: JsonObject,
  ignored: readonly string[],
  manager: string,
): JsonObject {
  const entries = objectsAt(live, "metadata", "managedFields");
  return ignored.reduce((result, path) => {
    const steps = parsePath(path).map(String);
    const owns = (entry: JsonObject): boolean =>
      at(entry, "fieldsV1", ...steps.map((step) => `f:${step}`)) !== undefined;
    const ours = entries.some((entry) => textAt(entry, "manager") === manager && owns(entry));
    const theirs = entries.some((entry) => textAt(entry, "manager") !== manager && owns(entry));
    if (theirs && !ours) return setAt(result, steps, undefined);
    const value = at(live, ...steps);
    return value === undefined ? result : setAt(result, steps, value);
  }, inputs);
}

function setAt(object: JsonObject, steps: readonly string[], value: Json | undefined): JsonObject {
  const [step, ...rest] = steps;
  if (step === undefined) return object;
  const { [step]: current, ...others } = object;
  if (rest.length === 0) return value === undefined ? others : { ...object, [step]: value };
  if (current !== undefined && !isObject(current)) return object;
  if (current === undefined && value === undefined) return object;
  return { ...object, [step]: setAt(current ?? {}, rest, value) };
}
