import { createHash, randomBytes } from "node:crypto";
import { at, isObject, textAt, UNKNOWN, type JsonObject } from "../values.ts";
import { annotation } from "./kinds.ts";

/** Marks an object whose name the provider chose. */
export const AUTONAMED = "pulumi.com/autonamed";

/** Whether the object has a name: a known or an unknown one. */
export function isNamed(object: JsonObject): boolean {
  const name = at(object, "metadata", "name");
  return name === UNKNOWN || at(object, "metadata") === UNKNOWN || (typeof name === "string" && name !== "");
}

/** Whether the provider chose the object's name. */
export function isAutonamed(object: JsonObject): boolean {
  return annotation(object, AUTONAMED) === "true";
}

/**
 * Eight hexadecimal digits: the same for the same seed, so that a preview and the following update agree.
 * @param seed the engine's random seed; without one the digits are random
 */
export function randomSuffix(seed: Uint8Array): string {
  return (seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4))
    .toString("hex")
    .slice(0, 8);
}

/** Gives the object this name, and the mark that the provider chose it. Returns a new object. */
export function withAutoname(object: JsonObject, name: string): JsonObject {
  const metadata = object["metadata"];
  const fields = isObject(metadata) ? metadata : {};
  const annotations = fields["annotations"];
  // Where the annotations are not known yet there is nowhere to put the mark; the update that follows sets it.
  const marked =
    annotations === UNKNOWN
      ? annotations
      : { ...(isObject(annotations) ? annotations : {}), [AUTONAMED]: "true" };
  return { ...object, metadata: { ...fields, name, annotations: marked } };
}

/** Takes over the name that the provider chose before, where the program still gives none. */
export function adoptAutoname(next: JsonObject, old: JsonObject): JsonObject {
  const name = textAt(old, "metadata", "name");
  return !isNamed(next) && isAutonamed(old) && name !== "" ? withAutoname(next, name) : next;
}
