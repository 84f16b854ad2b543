import { setTimeout as sleep } from "node:timers/promises";
import { at, objectsAt, textAt, type JsonObject } from "../values.ts";
import { ApiError, type WatchEvent } from "./api.ts";
import type { Cluster, ObjectRef } from "./cluster.ts";
import type { Awaiter, Readiness, Related, Rule } from "./readiness.ts";

/** How an object is waited for. */
export interface WaitOptions {
  readonly cluster: Cluster;
  readonly ref: ObjectRef;
  /** The object as the last write returned it. */
  readonly object: JsonObject;
  readonly timeoutSeconds: number;
  /** Whether `object` may be out of date, so that it is read before anything else. @default false */
  readonly stale?: boolean;
  /** Told what is waited for, whenever it is looked at. */
  readonly report: (status: string) => void;
}

/** The wait ended without success. */
export class WaitError extends Error {
  /** The object as it was last seen. */
  readonly object: JsonObject;

  constructor(message: string, object: JsonObject) {
    super(message);
    this.name = "WaitError";
    this.object = object;
  }
}

/** Pause before a watch that ended is opened again. */
const REOPEN_MS = 200;

/**
 * How long a Service's Endpoints have to stay as they are. The official provider gives them 10 s; the lab's
 * controllers write them within milliseconds.
 */
const SETTLE_MS = 500;

/** Milliseconds after which an Ingress whose Services show no endpoints is taken to be settled. */
const INGRESS_GRACE_MS = 60_000;

/** Nothing to look at beside the object. */
export const NO_RELATED: Related = { endpointsSettled: true, endpoints: new Map(), storageClass: undefined };

/** Waits until the rule holds, and returns the object as it then is. Errors with a `WaitError`. */
export async function waitUntilReady(
  rule: Rule,
  awaiter: Awaiter | undefined,
  options: WaitOptions,
): Promise<JsonObject> {
  const related = awaiter?.watches ? new RelatedObjects(options, awaiter.watches) : undefined;
  const seconds = Math.min(options.timeoutSeconds, awaiter?.atMostSeconds ?? Infinity);
  let last: Readiness = { ready: false, reason: "" };
  const judge = (object: JsonObject): boolean => {
    last = rule(object, related?.current() ?? NO_RELATED);
    if (!last.ready) options.report(last.reason);
    return last.ready || last.failed === true;
  };
  const object = await observe({ ...options, timeoutSeconds: seconds }, judge, related);
  if (last.ready) return object.object;
  if (object.deleted) throw new WaitError("it was deleted while it was waited for", object.object);
  if (last.failed === true) throw new WaitError(last.reason, object.object);
  throw new WaitError(`it was not ready after ${seconds} s: ${last.reason}`, object.object);
}

/** Waits until the object is gone. Errors with a `WaitError` that names what holds it. */
export async function waitUntilGone(options: WaitOptions): Promise<void> {
  const judge = (object: JsonObject): boolean => {
    options.report(describeDeletion(object));
    return false;
  };
  const { object, deleted } = await observe(options, judge, undefined);
  if (deleted) return;
  throw new WaitError(
    `it still exists ${options.timeoutSeconds} s after its deletion was asked for: ${describeDeletion(object)}`,
    object,
  );
}

/** What an object that is being deleted waits for. */
export function describeDeletion(object: JsonObject): string {
  // A namespace says in its conditions what is left in it.
  const remaining = objectsAt(object, "status", "conditions")
    .filter((item) => textAt(item, "type").startsWith("Namespace") && textAt(item, "status") === "True")
    .map((item) => textAt(item, "message"));
  if (remaining.length > 0) return remaining.join("; ");
  const finalizers = at(object, "metadata", "finalizers");
  const names = Array.isArray(finalizers) ? finalizers.map(String) : [];
  const holders = names.filter((name) => name !== "foregroundDeletion");
  if (holders.length > 0) {
    return `it waits for its finalizers (${holders.join(", ")}): does the controller that owns them still run?`;
  }
  return names.length > 0 ? "it waits for the objects that it owns" : "it waits for its deletion";
}

interface Observed {
  readonly object: JsonObject;
  readonly deleted: boolean;
}

/**
 * Follows an object until `done` says so, it is deleted, or the time is over. It is read again after every watch that
 * ends, so nothing is missed. A cancellation by the user is an error.
 */
async function observe(
  options: WaitOptions,
  done: (object: JsonObject) => boolean,
  related: RelatedObjects | undefined,
): Promise<Observed> {
  const { cluster, ref } = options;
  const uid = textAt(options.object, "metadata", "uid");
  const timeout = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const end = new AbortController();
  const signal = AbortSignal.any([timeout, end.signal, cluster.signal]);
  let seen: Observed = { object: options.object, deleted: false };
  const finished = (): boolean => seen.deleted || done(seen.object);
  const see = (event: WatchEvent): void => {
    const replaced = uid !== "" && textAt(event.object, "metadata", "uid") !== uid;
    const deleted = event.type === "DELETED" || replaced;
    seen = { object: replaced ? seen.object : event.object, deleted };
  };

  try {
    await related?.start(signal, () => {
      if (finished()) end.abort();
    });
    let fresh = options.stale !== true;
    while (!signal.aborted) {
      if (!fresh) {
        const found = await current(cluster, ref, seen.object);
        // As the official provider's watches do: an API server that is restarted is waited for.
        if (found === undefined) {
          options.report("the API server does not answer");
          await sleep(REOPEN_MS, undefined, { signal });
          continue;
        }
        see(found);
      }
      if (finished()) return seen;
      fresh = false;
      try {
        for await (const event of cluster.watch(
          ref,
          textAt(seen.object, "metadata", "resourceVersion"),
          signal,
        )) {
          if (event.type === "BOOKMARK") continue;
          see(event);
          if (finished()) return seen;
        }
      } catch (error) {
        // The next round reads the object afresh.
        if (!isPassing(error)) throw error;
      }
      await sleep(REOPEN_MS, undefined, { signal });
    }
  } catch (error) {
    // The wait's own end closes what is open under it.
    if (!signal.aborted) throw error;
  } finally {
    end.abort();
  }
  if (cluster.signal.aborted) throw new WaitError("the user cancelled while it was waited for", seen.object);
  return seen;
}

/** The object as it is now; nothing where the API server is away. */
async function current(cluster: Cluster, ref: ObjectRef, last: JsonObject): Promise<WatchEvent | undefined> {
  try {
    return { type: "MODIFIED", object: await cluster.get(ref) };
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return { type: "DELETED", object: last };
    if (!isPassing(error)) throw error;
    return undefined;
  }
}

/**
 * A lost connection, an expired version (410), and what an API server says that has just started: it does not know its
 * roles yet (403), or asks for patience (429, 503).
 */
function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || [403, 410, 429].includes(error.code) || error.code >= 500;
}

/** Objects that a rule looks at beside its own. */
class RelatedObjects {
  readonly #options: WaitOptions;
  readonly #kind: "endpoints" | "storageClass";
  readonly #endpoints = new Map<string, JsonObject>();
  #storageClass: JsonObject | undefined;
  #settledAt = 0;

  constructor(options: WaitOptions, kind: "endpoints" | "storageClass") {
    this.#options = options;
    this.#kind = kind;
  }

  current(): Related {
    return {
      endpointsSettled: Date.now() >= this.#settledAt,
      endpoints: this.#endpoints,
      storageClass: this.#storageClass,
    };
  }

  /** Reads what there is, and calls back on every change until the signal. */
  async start(signal: AbortSignal, changed: () => void): Promise<void> {
    if (this.#kind === "storageClass") return this.#readStorageClass();
    const { cluster, ref } = this.#options;
    const resource = await cluster.discovery.find({ group: "", version: "v1", kind: "Endpoints" });
    const settle = (milliseconds: number): void => {
      this.#settledAt = Date.now() + milliseconds;
      sleep(milliseconds, undefined, { signal }).then(changed, () => undefined);
    };
    const isService = ref.resource.gvk.kind === "Service";
    settle(isService ? SETTLE_MS : INGRESS_GRACE_MS);
    const follow = async (): Promise<void> => {
      // A Service's Endpoints have its name; an Ingress may point at any.
      const all = { resource, namespace: ref.namespace, name: ref.name };
      for await (const event of this.#watch(all, isService, signal)) {
        const name = textAt(event.object, "metadata", "name");
        if (event.type === "DELETED") this.#endpoints.delete(name);
        else if (event.type !== "BOOKMARK") this.#endpoints.set(name, event.object);
        settle(SETTLE_MS);
        changed();
      }
    };
    const keep = async (): Promise<void> => {
      while (!signal.aborted) {
        await follow().catch(() => undefined);
        await sleep(REOPEN_MS, undefined, { signal }).catch(() => undefined);
      }
    };
    void keep();
  }

  #watch(ref: ObjectRef, byName: boolean, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    return this.#options.cluster.watch(byName ? ref : { ...ref, name: "" }, undefined, signal);
  }

  async #readStorageClass(): Promise<void> {
    const { cluster, object } = this.#options;
    const name = textAt(object, "spec", "storageClassName");
    if (name === "") return;
    const gvk = { group: "storage.k8s.io", version: "v1", kind: "StorageClass" };
    try {
      this.#storageClass = await cluster.get({
        resource: await cluster.discovery.find(gvk),
        namespace: "",
        name,
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

/** The related objects as they are now, for judging an object without waiting. */
export async function relatedNow(awaiter: Awaiter, cluster: Cluster, ref: ObjectRef): Promise<Related> {
  if (awaiter.watches !== "endpoints") return NO_RELATED;
  const resource = await cluster.discovery.find({ group: "", version: "v1", kind: "Endpoints" });
  const list = await cluster.list(resource, ref.namespace);
  const items = (Array.isArray(list["items"]) ? list["items"] : []) as JsonObject[];
  return { ...NO_RELATED, endpoints: new Map(items.map((item) => [textAt(item, "metadata", "name"), item])) };
}
