import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { explanation } from "./explanation.ts";
import { clusterReader, messageOf, type ClusterReader, type ObjectRef } from "./reader.ts";

/** How long an API server that is away is waited for, and how often one resource is tried again. */
export interface ClusterPatience {
  readonly serverMs: number;
  readonly pollMs: number;
  readonly retries: number;
}

const defaultPatience: ClusterPatience = { serverMs: 60_000, pollMs: 1000, retries: 5 };

/** How the cluster is read, and the user told; tests have their own. */
export interface FailureContext {
  readonly reader: () => Promise<ClusterReader>;
  readonly say: (severity: "warn" | "error", message: string, urn: string) => Promise<void>;
  readonly patience: ClusterPatience;
}

/**
 * A hook for the resources of one cluster, called by the engine when one could not be made or changed. It tells what the
 * cluster says about the object: Pulumi's provider knows nothing of Flux's kinds and their neighbours. And where the API
 * server was only away, as while it is restarted, it waits for it, and lets the engine try once more.
 *
 * https://www.pulumi.com/docs/iac/concepts/options/hooks/
 *
 * @param context of the kubeconfig
 */
export function failureHook(name: string, context?: string): pulumi.ErrorHook {
  const say: FailureContext["say"] = async (severity, message, urn) => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the log wants no more of a resource
    const resource = { urn: pulumi.output(urn) } as pulumi.Resource;
    await pulumi.log[severity](message, resource);
  };
  const tools: FailureContext = { reader: () => clusterReader(context), say, patience: defaultPatience };
  return new pulumi.ErrorHook(name, async (failure) => {
    if (pulumi.runtime.isDryRun()) return false;
    return await onFailure(failure, tools);
  });
}

/** What the engine tells of a failure, as far as it is used. */
export type Failure = Pick<
  pulumi.ErrorHookArgs,
  "urn" | "failedOperation" | "errors" | "newInputs" | "oldInputs" | "oldOutputs"
>;

/**
 * Explains a failure, or waits until it is over.
 * @returns whether to try once more
 */
export async function onFailure(
  failure: Failure,
  { reader: open, say, patience }: FailureContext,
): Promise<boolean> {
  const { urn, errors } = failure;
  const [error = ""] = errors;
  const ref = refOf(failure);
  const explained = notReady.test(error);
  const broken = away.test(error) && !explained && !unusable.test(error);
  if (ref === undefined || cancelled.test(error) || !(explained || broken)) return false;
  try {
    const reader = await open();
    if (!broken) await say("error", await explanation(reader, ref), urn);
    else return await retry(reader, ref, failure, say, patience);
  } catch (problem) {
    await say("warn", `The cluster could not be asked for the reason: ${messageOf(problem)}`, urn);
  }
  return false;
}

/** Waits for the API server, and says whether the same may be asked of it once more. */
async function retry(
  reader: ClusterReader,
  ref: ObjectRef,
  { urn, failedOperation, errors }: Failure,
  say: FailureContext["say"],
  patience: ClusterPatience,
): Promise<boolean> {
  if (!(await answers(reader, patience, () => say("warn", waitingFor(reader, patience), urn)))) {
    await say("error", stillAway(reader, patience), urn);
    return false;
  }
  if (failedOperation === "create" && (await reader.get(ref)) !== undefined) {
    await say("error", madeAlready, urn);
    return false;
  }
  return errors.length <= patience.retries;
}

/** The user's Ctrl-C, in the words of the official provider and of the lab's. */
const cancelled = /context cancell?ed|was cancell?ed|user cancell?ed/;

/** The cluster was away from the start, which a provider takes for the whole run. */
const unusable = /cluster is unreachable|cluster cannot be used/;

/** What is there and does not get ready, or does not go, in the same two's words. */
const notReady = /become live|timed out waiting|is not ready|still exists/;

const madeAlready =
  "The connection broke after the object was made, or somebody else made it. Run `pulumi up` again; if it says that the " +
  "object already exists, docs/operations.md tells how to take it over (An `up` that was killed).";

/** The words of Go's HTTP client, of Node's, and of an API server that starts or ends. */
const away =
  /connection refused|ECONNREFUSED|connection reset|ECONNRESET|socket hang up|broken pipe|EPIPE|\bEOF\b|connection lost|TLS handshake timeout|unable to handle the request|not yet ready to handle|apiserver is shutting down|etcdserver:/;

async function answers(
  reader: ClusterReader,
  patience: ClusterPatience,
  onWait: () => Promise<void>,
): Promise<boolean> {
  const deadline = Date.now() + patience.serverMs;
  for (let first = true; ; first = false) {
    if (await reader.ready()) return true;
    if (first) await onWait();
    if (Date.now() >= deadline) return false;
    await sleep(patience.pollMs);
  }
}

function waitingFor({ server }: ClusterReader, { serverMs }: ClusterPatience): string {
  return `The cluster's API server ${server} does not answer: waiting up to ${serverMs / 1000} s for it …`;
}

function stillAway({ server }: ClusterReader, { serverMs }: ClusterPatience): string {
  return (
    `The cluster's API server ${server} was not ready for ${serverMs / 1000} s.\n` +
    "What to do: bring it back, or mend the way to it (VPN, kubeconfig). Then run `pulumi up` again: it goes on from here."
  );
}

/** The object of a resource, by its inputs; undefined for one that has no name yet. */
function refOf({ newInputs, oldInputs, oldOutputs }: Failure): ObjectRef | undefined {
  const { apiVersion, kind, metadata } = (newInputs ??
    oldOutputs ??
    oldInputs ??
    {}) as Partial<ObjectRef> & {
    metadata?: { name?: unknown; namespace?: unknown };
  };
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof metadata?.name !== "string")
    return undefined;
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(typeof namespace === "string" && { namespace }) };
}
