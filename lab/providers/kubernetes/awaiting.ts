import type { EngineLog } from "../engine-log.ts";
import { InitFailedError } from "../serve.ts";
import type { JsonObject, PropertyMap } from "../values.ts";
import type { Cluster, ObjectRef } from "./cluster.ts";
import { explain } from "./explain.ts";
import { objectId } from "./kinds.ts";
import type { Write } from "./operations.ts";
import { awaiterFor, type Rule } from "./readiness.ts";
import { customRule, skipsAwait, timeoutSeconds } from "./wait-for.ts";
import { relatedNow, WaitError, waitUntilGone, waitUntilReady, type WaitOptions } from "./waiting.ts";

/** Seconds between two looks at the pods of what is waited for. */
const EXPLAIN_SECONDS = 10;

/** Builds the state that is kept of an object. */
export type StateOf = (object: JsonObject) => PropertyMap;

/** Waiting for one resource, with status lines for the user, and errors that keep the object in the state. */
export class Awaiting {
  readonly #urn: string;
  readonly #log: EngineLog;

  constructor(urn: string, log: EngineLog) {
    this.#urn = urn;
    this.#log = log;
  }

  /**
   * Waits until what was written is ready, by the annotation's rule or its kind's; at once where there is none.
   * Errors with an `InitFailedError` that says why it is not.
   * @param customTimeout the program's `customTimeouts` in seconds; 0 where there is none
   */
  async ready(write: Write, live: JsonObject, customTimeout: number, state: StateOf): Promise<JsonObject> {
    const { cluster, inputs, gvk } = write;
    if (skipsAwait(inputs)) return live;
    const ref = await cluster.refOf(gvk, live);
    const report = this.#reporter();
    let timer: NodeJS.Timeout | undefined;
    let custom: Rule | undefined;
    try {
      custom = customRule(inputs, process.env["PULUMI_K8S_AWAIT_ALL"] === "true");
      const awaiter = custom ? undefined : awaiterFor(gvk);
      const rule = custom ?? awaiter?.rule;
      if (!rule) return live;
      timer = setInterval(() => void this.#lookAtPods(cluster, ref, report.say), EXPLAIN_SECONDS * 1000);
      const seconds = timeoutSeconds(inputs, customTimeout);
      const options = { cluster, ref, object: live, timeoutSeconds: seconds, report: report.say };
      return await waitUntilReady(rule, awaiter, options);
    } catch (error) {
      const object = error instanceof WaitError ? error.object : live;
      const message = error instanceof Error ? error.message : String(error);
      // Of what an annotation waits for, the official provider says no more than that it waited in vain.
      throw await initFailed(
        cluster,
        ref,
        object,
        message,
        { properties: state(object) },
        custom === undefined,
      );
    } finally {
      clearInterval(timer);
      report.clear();
    }
  }

  /** Errors with an `InitFailedError` when an object that is read is not ready now. */
  async requireReady(
    cluster: Cluster,
    ref: ObjectRef,
    live: JsonObject,
    inputs: JsonObject,
    partial: { properties: PropertyMap; inputs: PropertyMap },
  ): Promise<void> {
    const awaiter = awaiterFor(ref.resource.gvk);
    if (!awaiter?.onRead || skipsAwait(inputs)) return;
    const { ready, reason } = awaiter.rule(live, await relatedNow(awaiter, cluster, ref));
    if (!ready) throw await initFailed(cluster, ref, live, reason, partial);
  }

  /** Waits until a deleted object is gone. Errors with an `InitFailedError` that names what holds it. */
  async gone(options: Omit<WaitOptions, "report">, state: StateOf): Promise<void> {
    const report = this.#reporter();
    try {
      await waitUntilGone({ ...options, report: report.say });
    } catch (error) {
      if (!(error instanceof WaitError)) throw error;
      const id = objectId(error.object);
      const message = `${options.ref.resource.gvk.kind} ${id}: ${error.message}`;
      throw new InitFailedError(message, { id, properties: state(error.object) });
    } finally {
      report.clear();
    }
  }

  /** Shows what holds the pods up, while the object's own status says only how many are missing. */
  async #lookAtPods(cluster: Cluster, ref: ObjectRef, say: (status: string) => void): Promise<void> {
    try {
      const lines = await explain(cluster, ref, await cluster.get(ref));
      const line = lines.find((candidate) => candidate.startsWith("pod ")) ?? lines.at(-1);
      if (line !== undefined) say(line);
    } catch {
      // The wait itself reports what is wrong with the cluster.
    }
  }

  /** Status lines, each said once, and taken back at the end. */
  #reporter(): { say: (status: string) => void; clear: () => void } {
    let last = "";
    const say = (status: string): void => {
      if (status === last) return;
      last = status;
      this.#log.status(this.#urn, status);
    };
    const clear = (): void => {
      if (last !== "") this.#log.status(this.#urn, "");
    };
    return { say, clear };
  }
}

async function initFailed(
  cluster: Cluster,
  ref: ObjectRef,
  object: JsonObject,
  reason: string,
  partial: { properties: PropertyMap; inputs?: PropertyMap },
  told = true,
): Promise<InitFailedError> {
  const id = objectId(object);
  const details = told ? await explain(cluster, ref, object) : [];
  const message = `${ref.resource.gvk.kind} ${id} exists, but is not ready: ${reason}`;
  return new InitFailedError(message, { id, reasons: [message, ...details], ...partial });
}
