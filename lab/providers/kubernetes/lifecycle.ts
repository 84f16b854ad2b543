import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { EngineLog } from "../engine-log.ts";
import { InitFailedError } from "../serve.ts";
import {
  containsUnknown,
  decode,
  encode,
  textAt,
  without,
  type JsonObject,
  type PropertyMap,
} from "../values.ts";
import { ApiError } from "./api.ts";
import { Awaiting } from "./awaiting.ts";
import type { Cluster, ObjectRef } from "./cluster.ts";
import { NoSuchKindError } from "./discovery.ts";
import { fieldManagerName } from "./field-managers.ts";
import { importedInputs } from "./import.ts";
import { apiVersion, gvkOf, isCrd, objectId, parseId, type Gvk } from "./kinds.ts";
import { normalizeInputs, prune } from "./normalize.ts";
import {
  alreadyExists,
  createObject,
  propagationPolicy,
  relinquish,
  updateObject,
  type Write,
} from "./operations.ts";
import { awaiterFor } from "./readiness.ts";
import type { Settings } from "./settings.ts";
import { checkpoint, inputsOf, markSecrets, parseCheckpoint, type Checkpoint } from "./state.ts";
import { skipsAwait, timeoutSeconds } from "./wait-for.ts";
import { relatedNow } from "./waiting.ts";

/** What one operation on one resource works with. */
export interface LifecycleContext {
  readonly urn: string;
  /** The kind of the resource's type token. */
  readonly token: Gvk;
  readonly settings: Settings;
  /** Undefined without a usable kubeconfig. */
  readonly cluster: Cluster | undefined;
  /** Why the cluster cannot be used; undefined when it can. */
  readonly problem: Promise<string | undefined>;
  readonly log: EngineLog;
}

/** Kinds whose deletion is not waited for with the annotation `pulumi.com/skipAwait`. */
const SKIPPABLE_DELETIONS = new Set([
  "v1/Namespace",
  "v1/Pod",
  "v1/ReplicationController",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
]);

/** One resource's create, read, update and delete, as the official provider does them. */
export class Lifecycle {
  readonly #context: LifecycleContext;
  readonly #awaiting: Awaiting;

  constructor(context: LifecycleContext) {
    this.#context = context;
    this.#awaiting = new Awaiting(context.urn, context.log);
  }

  async create(request: pb.CreateRequest): Promise<pb.CreateResponse> {
    const preview = request.getPreview();
    const response = new providerPb.CreateResponse();
    const properties = decode(request.getProperties());
    const inputs = this.#typed(inputsOf(properties));
    const gvk = this.#gvk(inputs);
    if (preview && !(await this.#canDryRun(inputs, gvk))) {
      response.setProperties(request.getProperties());
      return response;
    }
    const cluster = await this.#reachable();
    const fieldManager = fieldManagerName(inputs, "");
    const write = this.#write(cluster, gvk, inputs, fieldManager, preview);
    let live: JsonObject;
    try {
      live = await createObject(write);
    } catch (error) {
      if (preview && isNoPreview(error)) {
        response.setProperties(request.getProperties());
        return response;
      }
      throw this.#refused("created", inputs, error);
    }
    const state = (object: JsonObject): PropertyMap =>
      this.#state(
        { inputs, live: object, initialApiVersion: textAt(inputs, "apiVersion"), fieldManager },
        properties,
      );
    if (preview) {
      response.setProperties(encode(state(without(live, "status"))));
      return response;
    }
    live = await this.#awaiting.ready(write, live, request.getTimeout(), state);
    this.#forgetKinds(cluster, gvk, live);
    response.setId(objectId(live));
    response.setProperties(encode(state(live)));
    return response;
  }

  async update(request: pb.UpdateRequest): Promise<pb.UpdateResponse> {
    const preview = request.getPreview();
    const response = new providerPb.UpdateResponse();
    const properties = decode(request.getNews());
    const inputs = normalizeInputs(this.#typed(inputsOf(properties)), this.#context.token);
    const gvk = this.#gvk(inputs);
    if (preview && !(await this.#canDryRun(inputs, gvk))) {
      response.setProperties(request.getNews());
      return response;
    }
    const cluster = await this.#reachable();
    const old = parseCheckpoint(decode(request.getOlds()));
    const fieldManager = fieldManagerName(inputs, old.fieldManager);
    const initialApiVersion = old.initialApiVersion || textAt(old.inputs, "apiVersion");
    const state = (object: JsonObject): PropertyMap =>
      this.#state({ inputs, live: object, initialApiVersion, fieldManager }, properties);
    const write = this.#write(cluster, gvk, inputs, fieldManager, preview);
    let live: JsonObject;
    try {
      live = await updateObject({ ...write, live: old.live, ignoreChanges: request.getIgnorechangesList() });
    } catch (error) {
      if (preview && error instanceof ApiError && error.code === 403) {
        response.setProperties(request.getNews());
        return response;
      }
      throw await this.#updateFailed(cluster, gvk, old, error, state);
    }
    if (!preview) {
      live = await this.#awaiting.ready(write, live, request.getTimeout(), state);
      this.#forgetKinds(cluster, gvk, live);
      if (old.fieldManager !== "" && old.fieldManager !== fieldManager) {
        await relinquish(cluster, await cluster.refOf(gvk, live), live, old.fieldManager);
      }
    }
    response.setProperties(encode(state(live)));
    return response;
  }

  async read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    const { log, urn, settings } = this.#context;
    const response = new providerPb.ReadResponse();
    const problem = await this.#context.problem;
    if (problem !== undefined) {
      log.line("warning", urn, `the cluster cannot be reached: ${problem}`);
      if (settings.deleteUnreachable) return response;
      if (!settings.skipUpdateUnreachable) throw new Error(unreachableAdvice(problem));
      response.setId(request.getId());
      response.setProperties(request.getProperties());
      response.setInputs(request.getInputs());
      return response;
    }
    const cluster = await this.#reachable();
    const oldProperties = decode(request.getInputs());
    const old = parseCheckpoint(decode(request.getProperties()));
    const { namespace, name } = parseId(request.getId());
    const isImport = textAt(old.live, "kind") === "" && Object.keys(oldProperties).length === 0;
    const known = isImport ? {} : normalizeInputs(inputsOf(oldProperties), this.#context.token);
    const oldInputs =
      Object.keys(known).length > 0 ? known : this.#typed({ metadata: identity(namespace, name) });
    const gvk = this.#gvk(oldInputs);
    let live: JsonObject;
    let ref: ObjectRef;
    try {
      const metadata = identity(namespace || textAt(oldInputs, "metadata", "namespace"), name);
      ref = await cluster.refOf(gvk, { metadata });
      live = await cluster.get(ref);
    } catch (error) {
      // Gone, or its kind is: the engine takes an empty id for a deleted resource.
      if (error instanceof NoSuchKindError || (error instanceof ApiError && error.code === 404))
        return response;
      throw error;
    }
    const inputs = isImport ? importedInputs(live, oldInputs, gvk) : prune(live, oldInputs);
    const fieldManager = fieldManagerName(oldInputs, old.fieldManager);
    const initialApiVersion = old.initialApiVersion || textAt(live, "apiVersion");
    const properties = this.#state({ inputs, live, initialApiVersion, fieldManager }, oldProperties);
    const readInputs = markSecrets(inputs, oldProperties);
    if (!isImport)
      await this.#awaiting.requireReady(cluster, ref, live, oldInputs, { properties, inputs: readInputs });
    response.setId(request.getId() || objectId(live));
    response.setProperties(encode(properties));
    response.setInputs(encode(readInputs));
    return response;
  }

  async delete(request: pb.DeleteRequest): Promise<void> {
    const { log, urn, settings } = this.#context;
    const problem = await this.#context.problem;
    if (problem !== undefined) {
      log.line("warning", urn, `the cluster cannot be reached: ${problem}`);
      if (settings.deleteUnreachable) return;
      throw new Error(unreachableAdvice(problem));
    }
    const cluster = await this.#reachable();
    const properties = decode(request.getProperties());
    const old = parseCheckpoint(properties);
    const gvk = this.#gvk(old.live);
    let ref: ObjectRef;
    let object: JsonObject;
    try {
      const { namespace, name } = parseId(request.getId());
      ref = await cluster.refOf(gvk, { metadata: identity(namespace, name) });
      object = await cluster.delete(ref, propagationPolicy(old.inputs));
    } catch (error) {
      if (error instanceof NoSuchKindError || (error instanceof ApiError && error.code === 404)) return;
      throw error;
    }
    if (textAt(object, "kind") === "Status") return;
    if (skipsAwait(old.inputs) && SKIPPABLE_DELETIONS.has(`${apiVersion(gvk)}/${gvk.kind}`)) return;
    const timeout = timeoutSeconds(old.inputs, request.getTimeout());
    const stale = textAt(object, "metadata", "deletionTimestamp") === "";
    await this.#awaiting.gone({ cluster, ref, object, stale, timeoutSeconds: timeout }, (last) =>
      this.#state({ ...old, live: last }, properties),
    );
    this.#forgetKinds(cluster, gvk, old.live);
  }

  /** Whether the object is ready now. */
  async isReady(gvk: Gvk, object: JsonObject): Promise<boolean> {
    const awaiter = awaiterFor(gvk);
    if (!awaiter) return true;
    const cluster = await this.#reachable();
    try {
      const ref = await cluster.refOf(gvk, object);
      return awaiter.rule(await cluster.get(ref), await relatedNow(awaiter, cluster, ref)).ready;
    } catch (error) {
      if (error instanceof ApiError) return true;
      throw error;
    }
  }

  #gvk(object: JsonObject): Gvk {
    return gvkOf(object, this.#context.token);
  }

  /** The object with the apiVersion and kind that it has by its type, where it states none. */
  #typed(object: JsonObject): JsonObject {
    const gvk = this.#gvk(object);
    return { ...object, apiVersion: apiVersion(gvk), kind: gvk.kind };
  }

  #state(parts: Checkpoint, fromInputs: PropertyMap): PropertyMap {
    return checkpoint(parts, fromInputs);
  }

  #write(cluster: Cluster, gvk: Gvk, inputs: JsonObject, fieldManager: string, preview: boolean): Write {
    const { settings, log, urn } = this.#context;
    return {
      cluster,
      settings,
      gvk,
      inputs,
      fieldManager,
      preview,
      report: (status) => log.status(urn, status),
    };
  }

  /** Whether the server can say in a preview what it would do. */
  async #canDryRun(inputs: JsonObject, gvk: Gvk): Promise<boolean> {
    const { cluster, problem } = this.#context;
    if (containsUnknown(inputs) || cluster === undefined || (await problem) !== undefined) return false;
    return cluster.discovery.serves(gvk);
  }

  async #reachable(): Promise<Cluster> {
    const { cluster, problem } = this.#context;
    const reason = await problem;
    if (cluster === undefined || reason !== undefined) {
      throw new Error(`the cluster cannot be used: ${reason ?? "there is no kubeconfig"}`);
    }
    return cluster;
  }

  /** An update that failed leaves the object there: the state keeps it, with what was asked for. */
  async #updateFailed(
    cluster: Cluster,
    gvk: Gvk,
    old: Checkpoint,
    error: unknown,
    state: (object: JsonObject) => PropertyMap,
  ): Promise<Error> {
    const failure = this.#refused("updated", old.live, error);
    if (error instanceof NoSuchKindError) return failure;
    try {
      const live = await cluster.get(await cluster.refOf(gvk, old.live));
      return new InitFailedError(failure.message, { id: objectId(live), properties: state(live) });
    } catch {
      return failure;
    }
  }

  #refused(what: string, object: JsonObject, error: unknown): Error {
    if (error instanceof ApiError && error.reason === "AlreadyExists") return alreadyExists(object, error);
    const message = error instanceof Error ? error.message : String(error);
    return new Error(`${textAt(object, "kind")} ${objectId(object)} was not ${what}: ${message}`, {
      cause: error,
    });
  }

  #forgetKinds(cluster: Cluster, gvk: Gvk, object: JsonObject): void {
    if (isCrd(gvk)) cluster.discovery.forget(textAt(object, "spec", "group"));
  }
}

/** What a preview cannot find out, because what comes first does not exist yet or exists already. */
function isNoPreview(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const noDryRun = error.code === 400 && error.message.includes("does not support dry run");
  return error.code === 403 || error.reason === "AlreadyExists" || error.isNamespaceMissing || noDryRun;
}

function identity(namespace: string, name: string): JsonObject {
  return namespace === "" ? { name } : { namespace, name };
}

function unreachableAdvice(problem: string): string {
  return (
    `the cluster cannot be reached: ${problem}. If it is gone for good, run this once more with ` +
    "PULUMI_K8S_DELETE_UNREACHABLE=true to forget its resources"
  );
}
