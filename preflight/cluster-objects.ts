/** Looks at the cluster of a stack: which objects there are of the kinds of Flux's controllers. Reads only. */
import type { CustomObjectsApi, V1CustomResourceDefinition } from "@kubernetes/client-node";
import { connect } from "../components/cluster/connection.ts";
import { type OwnedObject, type OwnedObjects, namedObjects } from "../components/flux/dropped.ts";
import { componentLabel, instanceLabel } from "../components/flux/objects.ts";
import { fluxControllersDefaults } from "../components/flux/options.ts";
import type { Cluster } from "../config/schema.ts";

/** How long one answer of the API server is waited for, in milliseconds. */
const patience = 15_000;

/**
 * The objects of some controllers' kinds, by controller. Which kinds these are is read from the labels of the cluster's
 * own CRDs: a manifest of another version may not have them any more.
 *
 * @throws Error in one line, when the cluster cannot be reached or does not let itself be read
 */
export async function objectsOf(
  cluster: Pick<Cluster, "context">,
  components: readonly string[],
): Promise<OwnedObjects[]> {
  try {
    const reads = await open(cluster);
    const labels = `${instanceLabel}=${fluxControllersDefaults.namespace},${componentLabel} in (${components.join()})`;
    const crds = await reads.kinds(labels);
    return await Promise.all(
      components.map(async (component) => {
        const own = crds.filter(({ metadata }) => metadata?.labels?.[componentLabel] === component);
        const found = await Promise.all(own.map((crd) => reads.objects(crd)));
        const objects = found.flatMap(({ some }) => some);
        return { component, objects, total: found.reduce((sum, { total }) => sum + total, 0) };
      }),
    );
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}

interface Reads {
  kinds(labelSelector: string): Promise<V1CustomResourceDefinition[]>;
  objects(crd: V1CustomResourceDefinition): Promise<{ some: OwnedObject[]; total: number }>;
}

/** Reads of the cluster that the stack's provider has. */
async function open({ context }: Pick<Cluster, "context">): Promise<Reads> {
  const { client, configuration } = await connect(context, patience);
  const extensions = new client.ApiextensionsV1Api(configuration);
  const custom = new client.CustomObjectsApi(configuration);
  return {
    kinds: async (labelSelector) => (await extensions.listCustomResourceDefinition({ labelSelector })).items,
    objects: (crd) => objectsOfKind(custom, crd),
  };
}

interface ObjectList {
  readonly metadata?: { readonly remainingItemCount?: number };
  readonly items: readonly { readonly metadata: { readonly name: string; readonly namespace?: string } }[];
}

/** The first objects of a kind in all namespaces, and how many there are. */
async function objectsOfKind(api: CustomObjectsApi, { spec }: V1CustomResourceDefinition) {
  const { group, versions, names } = spec;
  const version = versions.find(({ storage }) => storage)?.name ?? versions[0]?.name ?? "";
  const query = { group, version, plural: names.plural, limit: namedObjects };
  const { items, metadata } = (await api.listClusterCustomObject(query)) as ObjectList;
  const some = items.map(({ metadata: { name, namespace } }) => ({ kind: names.kind, namespace, name }));
  return { some, total: items.length + (metadata?.remainingItemCount ?? 0) };
}

/** Why it did not work, in one line: the client's own messages hold whole answers with their headers. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { body, code } = error as { body?: unknown; code?: unknown };
  if (typeof code === "number") return `the API server answers ${code}${saidIn(body)}`;
  if (error.name === "TimeoutError") return `the API server does not answer within ${patience / 1000} s`;
  const cause = error.cause instanceof Error ? error.cause.message : "";
  return (cause === "" ? error.message : cause).split("\n")[0] ?? "";
}

/** The message of a Status, which is how the API server says what is wrong. */
function saidIn(body: unknown): string {
  try {
    const status = (typeof body === "string" ? JSON.parse(body) : body) as { message?: unknown } | null;
    return typeof status?.message === "string" ? `: ${status.message}` : "";
  } catch {
    return "";
  }
}
