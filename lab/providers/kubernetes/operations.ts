import { setTimeout as sleep } from "node:timers/promises";
import { at, isObject, textAt, without, type JsonObject } from "../values.ts";
import { ApiError } from "./api.ts";
import type { Cluster, ObjectRef } from "./cluster.ts";
import { NoSuchKindError } from "./discovery.ts";
import { CREATE_MANAGER, forcesApply, takeOver, withIgnoredFields } from "./field-managers.ts";
import { annotation, isCrd, objectId, type Gvk } from "./kinds.ts";

/** Settings of the provider that decide how objects are written. */
export interface WriteSettings {
  /** An object that exists already is taken over, and is no error. */
  readonly upsertExistingObjects: boolean;
  /** Fields of other managers are overwritten, without an annotation on the object. */
  readonly enablePatchForce: boolean;
}

/** One write. */
export interface Write {
  readonly cluster: Cluster;
  readonly settings: WriteSettings;
  readonly gvk: Gvk;
  readonly inputs: JsonObject;
  readonly fieldManager: string;
  readonly preview: boolean;
  readonly report: (status: string) => void;
}

/**
 * Pauses before what came too early is tried again: a custom resource before its CRD, an object before its namespace.
 * The official provider takes 31 s for it, from 1 s on.
 */
const RETRY_MS = [100, 200, 400, 800, 1600, 3200, 6400, 12800];

/**
 * Creates an object. In a preview nothing is retried, and nothing is written.
 * Errors with an `ApiError`, among them AlreadyExists, or a `NoSuchKindError`.
 */
export async function createObject(write: Write): Promise<JsonObject> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await createOnce(write);
    } catch (error) {
      const pause = RETRY_MS[attempt];
      const early = error instanceof NoSuchKindError || (error instanceof ApiError && error.code === 404);
      if (write.preview || !early || pause === undefined) throw error;
      write.report(`it cannot be created yet: ${error.message}`);
      await sleep(pause, undefined, { signal: write.cluster.signal });
    }
  }
}

async function createOnce(write: Write): Promise<JsonObject> {
  const { cluster, settings, inputs, fieldManager, preview } = write;
  const ref = await cluster.refOf(write.gvk, inputs);
  const object = withoutForeignNamespace(inputs, ref);
  if (!settings.upsertExistingObjects) {
    return cluster.create(ref, object, { fieldManager: CREATE_MANAGER, dryRun: preview });
  }
  const { enablePatchForce } = settings;
  const force = forcesApply({ inputs, live: undefined, enablePatchForce, preview });
  return applying(fieldManager, () => cluster.apply(ref, object, { fieldManager, force, dryRun: preview }));
}

/** A kind that turns out to be cluster-wide has no namespace, whatever was assumed before its CRD existed. */
function withoutForeignNamespace(inputs: JsonObject, ref: ObjectRef): JsonObject {
  const metadata = inputs["metadata"];
  if (ref.resource.namespaced || !isObject(metadata) || !("namespace" in metadata)) return inputs;
  return { ...inputs, metadata: without(metadata, "namespace") };
}

/**
 * Updates an object by server-side apply, after taking over the fields that its creation wrote; a CRD is replaced, as
 * the official provider does. Errors with an `ApiError`; a conflict names the other manager.
 */
export async function updateObject(
  write: Write & { live: JsonObject; ignoreChanges: readonly string[] },
): Promise<JsonObject> {
  const { cluster, settings, gvk, fieldManager, preview } = write;
  const ref = await cluster.refOf(gvk, write.live);
  const live = await cluster.get(ref);
  if (isCrd(gvk)) {
    const metadata = at(write.inputs, "metadata");
    const resourceVersion = textAt(live, "metadata", "resourceVersion");
    const object = {
      ...write.inputs,
      metadata: { ...(isObject(metadata) ? metadata : {}), resourceVersion },
    };
    return cluster.replace(ref, object, { fieldManager, dryRun: preview });
  }
  const owned = preview ? undefined : takeOver(live, fieldManager);
  const current = owned ? await cluster.setManagedFields(ref, live, owned) : live;
  const inputs = withIgnoredFields(
    withoutForeignNamespace(write.inputs, ref),
    current,
    write.ignoreChanges,
    fieldManager,
  );
  const { enablePatchForce } = settings;
  const force = forcesApply({ inputs, live: current, enablePatchForce, preview });
  return applying(fieldManager, () => cluster.apply(ref, inputs, { fieldManager, force, dryRun: preview }));
}

/** Adds to a conflict what can be done about it. */
async function applying(manager: string, apply: () => Promise<JsonObject>): Promise<JsonObject> {
  try {
    return await apply();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409 && error.reason === "Conflict")) throw error;
    throw new Error(
      `server-side apply by the field manager ${JSON.stringify(manager)} found fields of others: ${error.message}. ` +
        "Leave those fields to their owner, or take them over with the annotation pulumi.com/patchForce",
      { cause: error },
    );
  }
}

/** Gives up the fields of a manager that the resource no longer uses. */
export async function relinquish(
  cluster: Cluster,
  ref: ObjectRef,
  live: JsonObject,
  manager: string,
): Promise<void> {
  const { name, namespace } = ref;
  const object: JsonObject = {
    apiVersion: textAt(live, "apiVersion"),
    kind: textAt(live, "kind"),
    metadata: namespace === "" ? { name } : { name, namespace },
  };
  await cluster.apply(ref, object, { fieldManager: manager, force: false, dryRun: false });
}

/** How dependents go with the object: the annotation `pulumi.com/deletionPropagationPolicy`, else Foreground. */
export function propagationPolicy(inputs: JsonObject): "Foreground" | "Background" | "Orphan" {
  const wanted = annotation(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  if (wanted === "orphan") return "Orphan";
  return wanted === "background" ? "Background" : "Foreground";
}

/** What a creation says of an object that exists already. */
export function alreadyExists(inputs: JsonObject, error: ApiError): Error {
  return new Error(
    `${error.message}. ${objectId(inputs)} is not in this stack's state: take it over with \`pulumi import\`, ` +
      "let the provider do so with upsertExistingObjects, or give the resource an alias if it was renamed",
    { cause: error },
  );
}
