import {
  containsSecret,
  isMap,
  isSecret,
  plain,
  secret,
  type JsonObject,
  type PropertyMap,
  type PropertyValue,
} from "../values.ts";
import { toApiKeys, toSdkKeys } from "./normalize.ts";

/** What the state of a resource holds beside the live object; names as in the official provider's state. */
const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

/** A resource's state, taken apart. Secrets are stripped. */
export interface Checkpoint {
  readonly inputs: JsonObject;
  readonly live: JsonObject;
  readonly initialApiVersion: string;
  readonly fieldManager: string;
}

/** Builds the state of a resource, with everything secret that was secret in the inputs. */
export function checkpoint(parts: Checkpoint, fromInputs: PropertyMap): PropertyMap {
  const object = markSecrets(toSdkKeys(parts.live), fromInputs);
  return {
    ...object,
    [INPUTS]: markSecrets(toSdkKeys(parts.inputs), fromInputs),
    [INITIAL_API_VERSION]: parts.initialApiVersion,
    [FIELD_MANAGER]: parts.fieldManager,
  };
}

/** Takes a resource's state apart. */
export function parseCheckpoint(state: PropertyMap): Checkpoint {
  const {
    [INPUTS]: inputs,
    [INITIAL_API_VERSION]: initialApiVersion,
    [FIELD_MANAGER]: fieldManager,
    ...live
  } = state;
  return {
    inputs: isMap(inputs) ? inputsOf(inputs) : {},
    live: inputsOf(live),
    initialApiVersion: typeof initialApiVersion === "string" ? initialApiVersion : "",
    fieldManager: typeof fieldManager === "string" ? fieldManager : "",
  };
}

/** Inputs as they go to the API: no secrets, and its own spelling of the keys. */
export function inputsOf(properties: PropertyMap): JsonObject {
  return toApiKeys(plain(properties));
}

/**
 * Marks in `outs` what is secret in `ins`. Objects are gone into; a list with a secret in it becomes secret as a
 * whole. The data of a Secret is always secret.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go (annotateSecrets)
 */
export function markSecrets(outs: PropertyMap, ins: PropertyMap): PropertyMap {
  const result: Record<string, PropertyValue> = { ...outs };
  if (outs["kind"] === "Secret") {
    for (const key of ["data", "stringData"]) {
      const value = result[key];
      if (value !== undefined && !isSecret(value)) result[key] = secret(value);
    }
    return result;
  }
  for (const [key, input] of Object.entries(ins)) {
    const out = result[key];
    if (out === undefined) continue;
    if (isMap(out) && isMap(input)) result[key] = markSecrets(out, input);
    else if (!isSecret(out) && containsSecret(input)) result[key] = secret(out);
  }
  return result;
}
