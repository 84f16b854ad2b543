/** What happens when something could not be made, changed or deleted on the cluster. */
import { answers, connectionBroke, type AwayPatience } from "../away.ts";
import type { Failure, Say } from "../failures.ts";
import { explanation } from "./explanation.ts";
import { messageWithCauses } from "../error-message.ts";
import type { ClusterReader, ObjectRef } from "./reader.ts";

/** An API server that is restarted is there again within seconds; on a managed cluster it may take a minute. */
export const clusterPatience: AwayPatience = { totalMs: 60_000, pollMs: 1000, retries: 5 };

/**
 * Tells what the cluster says of an object that did not get ready: Pulumi's provider knows nothing of Flux's kinds and
 * their neighbours. And where the API server was only away, as while it is restarted, waits for it.
 *
 * @returns whether to try once more
 */
export async function onClusterFailure(
  failure: Failure,
  say: Say,
  open: () => Promise<ClusterReader>,
  patience: AwayPatience = clusterPatience,
): Promise<boolean> {
  const { urn, errors } = failure;
  const [error = ""] = errors;
  const ref = refOf(failure);
  const explained = notReady.test(error);
  const broken = !explained && !unusable.test(error) && (connectionBroke(error) || starting.test(error));
  if (ref === undefined || cancelled.test(error) || !(explained || broken)) return false;
  try {
    const reader = await open();
    if (broken) return await retry(reader, ref, failure, say, patience);
    await say("error", await explanation(reader, ref), urn);
  } catch (problem) {
    await say("warn", `The cluster could not be asked for the reason: ${messageWithCauses(problem)}`, urn);
  }
  return false;
}

/** Waits for the API server, and says whether the same may be asked of it once more. */
async function retry(
  reader: ClusterReader,
  ref: ObjectRef,
  { urn, failedOperation, errors }: Failure,
  say: Say,
  patience: AwayPatience,
): Promise<boolean> {
  const seconds = patience.totalMs / 1000;
  const name = `The cluster's API server ${reader.server}`;
  const wait = () => say("warn", `${name} does not answer: waiting up to ${seconds} s for it …`, urn);
  if (!(await answers(() => reader.ready(), patience, wait))) {
    await say("error", `${name} was not ready for ${seconds} s.\n${stillAway}`, urn);
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

/** What is there and does not get ready, or does not go, in the same two's words. */
const notReady = /become live|timed out waiting|is not ready|still exists/;

/** The cluster was away from the start, which a provider takes for the whole run. */
const unusable = /cluster is unreachable|cluster cannot be used/;

/** What an API server says that starts or ends. */
const starting =
  /unable to handle the request|not yet ready to handle|apiserver is shutting down|etcdserver:/;

const stillAway =
  "What to do: bring it back, or mend the way to it (VPN, kubeconfig). Then run `pulumi up` again: it goes on from here.";

const madeAlready =
  "The connection broke after the object was made, or somebody else made it. Run `pulumi up` again; if it says that the " +
  "object already exists, docs/operations.md tells how to take it over (An `up` that was killed).";

/** The object of a resource, by its inputs; undefined for one that has no name yet. */
function refOf({ newInputs, oldInputs, oldOutputs }: Failure): ObjectRef | undefined {
  const { apiVersion, kind, metadata } = (newInputs ??
    oldOutputs ??
    oldInputs ??
    {}) as Partial<ObjectRef> & {
    metadata?: { name?: unknown; namespace?: unknown };
  };
  const { name, namespace } = metadata ?? {};
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
    return undefined;
  return { apiVersion, kind, name, ...(typeof namespace === "string" && { namespace }) };
}
