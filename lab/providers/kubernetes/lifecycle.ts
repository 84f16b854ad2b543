import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { EngineLog } from "../engine-log.ts";
import { InitFailedError } from "../serve.ts";
import { containsUnknown, decode, encode, textAt, type JsonObject, type PropertyMap } from "../values.ts";
import { ApiError } from "./api.ts";
import type { Cluster, ObjectRef } from "./cluster.ts";
import { NoSuchKindError } from "./discovery.ts";
import { explain } from "./explain.ts";
import { fieldManagerName } from "./field-managers.ts";
import { importedInputs } from "./import.ts";
import { apiVersion, gvkOf, isCrd, objectId, parseId, type Gvk } from "./kinds.ts";
import { normalizeInputs, prune } from "./normalize.ts";
import { alreadyExists, createObject, propagationPolicy, relinquish, updateObject, type Write } from "./operations.ts";
import { awaiterFor } from "./readiness.ts";
import type { Settings } from "./settings.ts";
import { checkpoint, inputsOf, markSecrets, parseCheckpoint, type Checkpoint } from "./state.ts";
import { customRule, skipsAwait, timeoutSeconds } from "./wait-for.ts";
import { relatedNow, waitUntilGone, waitUntilReady, WaitError } from "./waiting.ts";

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

/** Seconds between two looks at the pods of what is waited for. */
const EXPLAIN_SECONDS = 10;

/** One resource's create, read, update and delete, as the official provider does them. */
export class Lifecycle {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    this.#context = context;
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
      this.#state({ inputs, live: object, initialApiVersion: textAt(inputs, "apiVersion"), fieldManager }, properties);
    if (preview) {
      const { status: _status, ...planned } = live;
      response.setProperties(encode(state(planned)));
      return response;
    }
    live = await this.#awaitReady(write, live, request.getTimeout(), state);
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
      live = await this.#awaitReady(write, live, request.getTimeout(), state);
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
    const oldInputs = Object.keys(known).length > 0 ? known : this.#typed({ metadata: identity(namespace, name) });
    const gvk = this.#gvk(oldInputs);
    let live: JsonObject;
    let ref: ObjectRef;
    try {
      const metadata = identity(namespace || textAt(oldInputs, "metadata", "namespace"), name);
      ref = await cluster.refOf(gvk, { metadata });
      live = await cluster.get(ref);
    } catch (error) {
      // Gone, or its kind is: the engine takes an empty id for a deleted resource.
      if (error instanceof NoSuchKindError || (error instanceof ApiError && error.code === 404)) return response;
      throw error;
    }
    const inputs = isImport ? importedInputs(live, oldInputs, gvk) : prune(live, oldInputs);
    const fieldManager = fieldManagerName(oldInputs, old.fieldManager);
    const initialApiVersion = old.initialApiVersion || textAt(live, "apiVersion");
    const properties = this.#state({ inputs, live, initialApiVersion, fieldManager }, oldProperties);
    const readInputs = markSecrets(inputs, oldProperties);
    if (!isImport) await this.#requireReady(cluster, ref, live, oldInputs, { properties, inputs: readInputs });
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
    const report = this.#reporter();
    try {
      await waitUntilGone({
        cluster,
        ref,
        object,
        timeoutSeconds: timeoutSeconds(old.inputs, request.getTimeout()),
        stale: textAt(object, "metadata", "deletionTimestamp") === "",
        report: report.say,
      });
    } catch (error) {
      if (!(error instanceof WaitError)) throw error;
      const state = this.#state({ ...old, live: error.object }, properties);
      const message = `${gvk.kind} ${objectId(error.object)}: ${error.message}`;
      throw new InitFailedError(message, { id: objectId(error.object), properties: state });
    } finally {
      report.clear();
    }
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
    return { cluster, settings, gvk, inputs, fieldManager, preview, report: (status) => log.status(urn, status) };
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

  async #awaitReady(
    write: Write,
    live: JsonObject,
    customTimeout: number,
    state: (object: JsonObject) => PropertyMap,
  ): Promise<JsonObject> {
    const { cluster, inputs, gvk } = write;
    if (skipsAwait(inputs)) return live;
    const ref = await cluster.refOf(gvk, live);
    const report = this.#reporter();
    let timer: NodeJS.Timeout | undefined;
    try {
      const custom = customRule(inputs, process.env["PULUMI_K8S_AWAIT_ALL"] === "true");
      const awaiter = awaiterFor(gvk);
      const rule = custom ?? awaiter?.rule;
      if (!rule) return live;
      timer = setInterval(() => void this.#explainStatus(cluster, ref, report.say), EXPLAIN_SECONDS * 1000);
      const seconds = timeoutSeconds(inputs, customTimeout);
      const options = { cluster, ref, object: live, timeoutSeconds: seconds, report: report.say };
      return await waitUntilReady(rule, custom ? undefined : awaiter, options);
    } catch (error) {
      const object = error instanceof WaitError ? error.object : live;
      const message = error instanceof Error ? error.message : String(error);
      throw await this.#initFailed(cluster, ref, object, message, { properties: state(object) });
    } finally {
      clearInterval(timer);
      report.clear();
    }
  }

  /** Shows what holds the pods up, while the object's own status says only how many are missing. */
  async #explainStatus(cluster: Cluster, ref: ObjectRef, say: (status: string) => void): Promise<void> {
    try {
      const object = await cluster.get(ref);
      const lines = await explain(cluster, ref, object);
      const line = lines.find((candidate) => candidate.startsWith("pod ")) ?? lines.at(-1);
      if (line !== undefined) say(line);
    } catch {
      // The wait itself reports what is wrong with the cluster.
    }
  }

  async #requireReady(
    cluster: Cluster,
    ref: ObjectRef,
    live: JsonObject,
    inputs: JsonObject,
    partial: { properties: PropertyMap; inputs: PropertyMap },
  ): Promise<void> {
    const awaiter = awaiterFor(ref.resource.gvk);
    if (!awaiter?.onRead || skipsAwait(inputs)) return;
    const { ready, reason } = awaiter.rule(live, await relatedNow(awaiter, cluster, ref));
    if (!ready) throw await this.#initFailed(cluster, ref, live, reason, partial);
  }

  async #initFailed(
    cluster: Cluster,
    ref: ObjectRef,
    object: JsonObject,
    reason: string,
    partial: { properties: PropertyMap; inputs?: PropertyMap },
  ): Promise<InitFailedError> {
    const id = objectId(object);
    const details = await explain(cluster, ref, object);
    const message = `${ref.resource.gvk.kind} ${id} exists, but is not ready: ${reason}`;
    return new InitFailedError(message, { id, reasons: [message, ...details], ...partial });
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
    return new Error(`${textAt(object, "kind")} ${objectId(object)} was not ${what}: ${message}`, { cause: error });
  }

  #forgetKinds(cluster: Cluster, gvk: Gvk, object: JsonObject): void {
    if (isCrd(gvk)) cluster.discovery.forget(textAt(object, "spec", "group"));
  }

  /** Status lines, each said once, and taken back at the end. */
  #reporter(): { say: (status: string) => void; clear: () => void } {
    const { log, urn } = this.#context;
    let last = "";
    const say = (status: string): void => {
      if (status === last) return;
      last = status;
      log.status(urn, status);
    };
    return { say, clear: () => (last === "" ? undefined : log.status(urn, "")) };
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
