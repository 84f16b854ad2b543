import { textAt, type Json, type JsonObject } from "../values.ts";
import { Api, ApiError, UnreachableError, type ApiRequest, type WatchEvent } from "./api.ts";
import { collectionPath, Discovery, objectPath, type Resource } from "./discovery.ts";
import type { Gvk } from "./kinds.ts";
import type { Connection } from "./kubeconfig.ts";

/** How an object is written. */
export interface WriteOptions {
  readonly fieldManager: string;
  /** Whether the server only says what it would do. */
  readonly dryRun: boolean;
}

/** One object's address. */
export interface ObjectRef {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
}

/** A field that the kind does not have is refused, and not dropped in silence. */
const FIELD_VALIDATION = "Strict";

/** The cluster's objects: what the provider does with them, by verb. */
export class Cluster {
  readonly discovery: Discovery;
  readonly #api: Api;
  readonly #signal: AbortSignal;

  /**
   * @param signal aborts what waits or reads. A write goes on to its answer, so that the state knows what was made
   */
  constructor(connection: Connection, signal: AbortSignal) {
    this.#api = new Api(connection);
    this.#signal = signal;
    this.discovery = new Discovery(this.#api);
  }

  /** Why the cluster cannot be used, in a sentence; undefined when it answers. */
  async problem(): Promise<string | undefined> {
    try {
      await this.discovery.find({ group: "", version: "v1", kind: "Namespace" });
      return undefined;
    } catch (error) {
      if (error instanceof UnreachableError || error instanceof ApiError) return error.message;
      return error instanceof Error ? `the API server does not answer: ${error.message}` : String(error);
    }
  }

  /** The address of an object, by its kind and metadata. Errors with a `NoSuchKindError`. */
  async refOf(gvk: Gvk, object: JsonObject): Promise<ObjectRef> {
    const resource = await this.discovery.find(gvk);
    const namespace = textAt(object, "metadata", "namespace") || (resource.namespaced ? "default" : "");
    return { resource, namespace, name: textAt(object, "metadata", "name") };
  }

  get(ref: ObjectRef): Promise<JsonObject> {
    return this.#send({ method: "GET", path: pathOf(ref) });
  }

  /** Creates by POST: an object that exists already is an error. */
  create(ref: ObjectRef, object: JsonObject, options: WriteOptions): Promise<JsonObject> {
    return this.#send({
      method: "POST",
      path: collectionPath(ref.resource, ref.namespace),
      query: writeQuery(options),
      body: object,
    });
  }

  /** Server-side apply: creates or updates. */
  apply(ref: ObjectRef, object: JsonObject, options: WriteOptions & { force: boolean }): Promise<JsonObject> {
    return this.#send({
      method: "PATCH",
      path: pathOf(ref),
      query: { ...writeQuery(options), force: options.force },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  /** Replaces the whole object by PUT. */
  replace(ref: ObjectRef, object: JsonObject, options: WriteOptions): Promise<JsonObject> {
    return this.#send({ method: "PUT", path: pathOf(ref), query: writeQuery(options), body: object });
  }

  /** Sets who manages which fields; errors with a conflict when the object has changed since it was read. */
  setManagedFields(ref: ObjectRef, live: JsonObject, managedFields: JsonObject[]): Promise<JsonObject> {
    const patch: Json = [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      {
        op: "replace",
        path: "/metadata/resourceVersion",
        value: textAt(live, "metadata", "resourceVersion"),
      },
    ];
    return this.#send({
      method: "PATCH",
      path: pathOf(ref),
      body: patch,
      contentType: "application/json-patch+json",
    });
  }

  /** Asks for the deletion; the object may be there for a while. */
  delete(ref: ObjectRef, propagationPolicy: string): Promise<JsonObject> {
    return this.#send({ method: "DELETE", path: pathOf(ref), body: { propagationPolicy } });
  }

  /** The objects of a collection. */
  list(resource: Resource, namespace: string, query: Record<string, string> = {}): Promise<JsonObject> {
    return this.#send({ method: "GET", path: collectionPath(resource, namespace), query });
  }

  /** Watches one object by name, or with the name "" the whole collection. */
  watch(
    ref: ObjectRef,
    resourceVersion: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    const fieldSelector = ref.name === "" ? undefined : `metadata.name=${ref.name}`;
    const query = { fieldSelector, resourceVersion };
    return this.#api.watch(collectionPath(ref.resource, ref.namespace), query, signal);
  }

  /** Ends when the user cancels. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  #send(request: ApiRequest): Promise<JsonObject> {
    return this.#api.send(request, request.method === "GET" ? this.#signal : undefined);
  }
}

function pathOf(ref: ObjectRef): string {
  return objectPath(ref.resource, ref.namespace, ref.name);
}

function writeQuery(options: WriteOptions): Record<string, string | undefined> {
  return {
    fieldManager: options.fieldManager,
    fieldValidation: FIELD_VALIDATION,
    dryRun: options.dryRun ? "All" : undefined,
  };
}
