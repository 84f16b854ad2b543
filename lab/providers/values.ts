import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Struct, Value } from "google-protobuf/google/protobuf/struct_pb.js";
import {
  listArray,
  scalarArray,
  structArray,
  structOf,
  type Entry,
  type ValueArray,
} from "./struct-arrays.ts";

/**
 * Property values as the engine sends them: JSON, secrets and unknowns.
 * The signatures are those of Pulumi's wire format
 * (https://pulumi-developer-docs.readthedocs.io/latest/docs/references/property-values.html).
 */
export type PropertyValue =
  null | boolean | number | string | Secret | Unknown | readonly PropertyValue[] | PropertyMap;

/** An object of property values. */
export interface PropertyMap {
  readonly [key: string]: PropertyValue;
}

/** JSON with no secrets in it. Unknowns may remain, as `UNKNOWN`. */
export type Json = null | boolean | number | string | Unknown | Json[] | JsonObject;

/** A mutable object of `Json`. */
export interface JsonObject {
  [key: string]: Json;
}

const ELEMENT = Symbol("secret");

/** A value that the engine encrypts in the state and hides in its output. */
export interface Secret {
  readonly [ELEMENT]: PropertyValue;
}

/** Makes a value secret. */
export function secret(element: PropertyValue): Secret {
  return { [ELEMENT]: element };
}

const unknownSymbol: unique symbol = Symbol("unknown");

/** The type of the one unknown value. */
export type Unknown = typeof unknownSymbol;

/** A value that a preview cannot know yet. JSON has no word for it: see `containsUnknown` before sending anything. */
export const UNKNOWN: Unknown = unknownSymbol;

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const STRING_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const UNKNOWN_SENTINELS = new Set([
  STRING_UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

const KIND = structPb.Value.KindCase;

/** Decodes a message from the engine. A missing message is an empty map. */
export function decode(struct: Struct | undefined): PropertyMap {
  const result: Record<string, PropertyValue> = {};
  struct?.getFieldsMap().forEach((value, key) => {
    result[key] = decodeValue(value);
  });
  return result;
}

function decodeValue(value: Value): PropertyValue {
  switch (value.getKindCase()) {
    case KIND.STRING_VALUE: {
      const text = value.getStringValue();
      return UNKNOWN_SENTINELS.has(text) ? UNKNOWN : text;
    }
    case KIND.NUMBER_VALUE:
      return value.getNumberValue();
    case KIND.BOOL_VALUE:
      return value.getBoolValue();
    case KIND.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(decodeValue);
    case KIND.STRUCT_VALUE:
      return decodeObject(decode(value.getStructValue()));
    default:
      return null;
  }
}

/** Objects with a signature are not objects: secrets and outputs are unwrapped, anything else is refused. */
function decodeObject(object: PropertyMap): PropertyValue {
  const signature = object[SIGNATURE_KEY];
  if (signature === undefined) return object;
  if (signature === SECRET_SIGNATURE) return secret(object["value"] ?? null);
  if (signature === OUTPUT_SIGNATURE) {
    const value = object["value"] ?? UNKNOWN;
    return object["secret"] === true ? secret(value) : value;
  }
  throw new Error(
    "a property holds an asset, an archive or a reference to a resource: the lab's offline providers take plain values only",
  );
}

/**
 * Encodes property values for the engine.
 * @param keepSecrets false where the engine said that it does not accept secrets; they then go out plain.
 */
export function encode(map: PropertyMap, keepSecrets = true): Struct {
  return structOf(entriesOf(map, keepSecrets));
}

function entriesOf(map: PropertyMap, keepSecrets: boolean): Entry[] {
  return Object.entries(map).map(([key, value]) => [key, arrayOf(value, keepSecrets)]);
}

function arrayOf(value: PropertyValue, keepSecrets: boolean): ValueArray {
  if (value === UNKNOWN) return scalarArray(STRING_UNKNOWN);
  if (isSecret(value)) {
    if (!keepSecrets) return arrayOf(value[ELEMENT], keepSecrets);
    const signed: PropertyMap = { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: value[ELEMENT] };
    return structArray(entriesOf(signed, keepSecrets));
  }
  if (isList(value)) return listArray(value.map((item) => arrayOf(item, keepSecrets)));
  return isMap(value) ? structArray(entriesOf(value, keepSecrets)) : scalarArray(value);
}

/** A deep copy without secrets: what is sent to an API. */
export function plain(map: PropertyMap): JsonObject {
  return plainValue(map) as JsonObject;
}

/** A deep copy of one value without secrets. */
export function plainValue(value: PropertyValue): Json {
  if (isSecret(value)) return plainValue(value[ELEMENT]);
  if (isList(value)) return value.map(plainValue);
  if (isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
  }
  return value;
}

/** Whether a value is, or holds, something that the preview cannot know. */
export function containsUnknown(value: PropertyValue | Json): boolean {
  return some(value, (item) => item === UNKNOWN);
}

/** Whether a value is, or holds, a secret. */
export function containsSecret(value: PropertyValue): boolean {
  return some(value, isSecret);
}

function some(value: PropertyValue, matches: (item: PropertyValue) => boolean): boolean {
  if (matches(value)) return true;
  if (isSecret(value)) return some(value[ELEMENT], matches);
  if (isList(value)) return value.some((item) => some(item, matches));
  if (isMap(value)) return Object.values(value).some((item) => some(item, matches));
  return false;
}

/** Whether a property value is a secret. */
export function isSecret(value: PropertyValue): value is Secret {
  return typeof value === "object" && value !== null && ELEMENT in value;
}

/** Whether a property value is an array. */
export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** Whether a property value is an object that can be looked into. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(ELEMENT in value);
}

/** Whether a JSON value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return isMap(value);
}

/** A copy of an object without these keys. */
export function without(object: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** The value at a path of keys, or undefined where the path leaves the object. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let current = value;
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)];
    else if (isObject(current)) current = current[step];
    else return undefined;
  }
  return current;
}

/** The string at a path, or "" where there is none. */
export function textAt(value: Json | undefined, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The number at a path, or the given default where there is none. */
export function numberAt(value: Json | undefined, path: readonly (string | number)[], otherwise = 0): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : otherwise;
}

/** The items of the list of objects at a path; empty where there is none. */
export function objectsAt(value: Json | undefined, ...path: readonly (string | number)[]): JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}
