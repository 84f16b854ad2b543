/** Reads of a cluster by the program itself, beside Pulumi's provider. No Pulumi here. */
import type * as Client from "@kubernetes/client-node";
import { messageWithCauses } from "../error-message.ts";
import { connect } from "./connection.ts";

/** An object of the cluster, as far as it is looked at. */
export interface ClusterObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly uid?: string }[];
  };
  readonly [field: string]: unknown;
}

/** What makes an object that object. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for an object of the whole cluster. */
  readonly namespace?: string;
}

/** What can be read of a cluster. */
export interface ClusterReader {
  /** The API server's address, for messages. */
  readonly server: string;
  /** The kubeconfig's context that it was opened with; undefined for the kubeconfig's current one. */
  readonly context: string | undefined;
  /** Whether the API server says that it is ready; it also is not where it does not answer. */
  ready(): Promise<boolean>;
  /** An object; undefined if there is none, or nothing of its kind. Errors when the API server does not answer. */
  get(ref: ObjectRef): Promise<ClusterObject | undefined>;
  /** The objects of a kind in a namespace. */
  list(apiVersion: string, kind: string, namespace: string): Promise<readonly ClusterObject[]>;
  /** The last lines that a pod's container wrote before it ended, or that it has written until now. */
  logTail(namespace: string, pod: string, container: string, lines: number): Promise<string>;
}

/** How long one answer may take. */
const patienceMs = 10_000;

/**
 * A reader with the kubeconfig that the provider has.
 *
 * @param context of the kubeconfig; its own current one, unless given
 * @throws when there is no such kubeconfig or context
 */
export async function clusterReader(context?: string): Promise<ClusterReader> {
  const { client, kubeconfig, configuration, server } = await connect(context, patienceMs);
  const objects = new client.KubernetesObjectApi(configuration);
  const core = new client.CoreV1Api(configuration);
  const health = new client.Health(kubeconfig);
  return {
    server,
    context,
    ready: () => health.readyz({ signal: AbortSignal.timeout(patienceMs) }).catch(() => false),
    get: ({ apiVersion, kind, name, namespace }) =>
      present(() =>
        objects.read({ apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } }),
      ) as Promise<ClusterObject | undefined>,
    list: async (apiVersion, kind, namespace) => {
      const listed = await objects.list(apiVersion, kind, namespace);
      return listed.items as unknown as ClusterObject[];
    },
    logTail: (namespace, pod, container, tailLines) =>
      logTail(core, { namespace, name: pod, container, tailLines }),
  };
}

/** The object, or nothing where the server says that there is none. */
async function present<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as { code?: unknown };
    // A kind that is not served is no answer of the server's, but an error of the client's.
    if (code === 404 || /^Unrecognized API version and kind/.test(messageWithCauses(error))) return undefined;
    throw error;
  }
}

/** Of the run before, as after a crash; of this one where there was none before. */
async function logTail(
  core: Client.CoreV1Api,
  request: Client.CoreV1ApiReadNamespacedPodLogRequest,
): Promise<string> {
  const before = await core.readNamespacedPodLog({ ...request, previous: true }).catch(() => "");
  return before === "" ? await core.readNamespacedPodLog(request) : before;
}
