/** Objects of a state that is lost, under names that no later state gives again: by themselves they would stay for ever. */
import type * as Client from "@kubernetes/client-node";
import { patiently } from "../patience.ts";
import { connect } from "./connection.ts";

/** An annotation, not a label: those have no "/" in their values, and 63 characters at most. */
const madeByAnnotation = "slipway/made-by";

/** Marks an object as one that a component of a stack has made: `slipway/made-by: slipway/prod/flux-cd-receiver`. */
export function madeBy(maker: string): Readonly<Record<string, string>> {
  return { [madeByAnnotation]: maker };
}

/** An object that is about to go, as the cluster has it. */
export interface LostObject extends Client.KubernetesObject {
  readonly status?: unknown;
}

/** Objects that one component has made; it has one of each kind at a time. */
export interface OwnObjects {
  /** As {@link madeBy} has marked them. */
  readonly maker: string;
  /** In the order in which they go. */
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
  readonly namespace: string;
  /** Name of those that stay. */
  readonly name: string;
}

/**
 * Removes what a component has made under other names than its objects have now. Done again, it does nothing.
 *
 * @param context of the kubeconfig; its own current one, unless given
 * @param before what has to be done before an object goes
 * @throws when the cluster does not answer, or refuses
 */
export async function removeLostObjects(
  context: string | undefined,
  { maker, kinds, namespace, name }: OwnObjects,
  before: (object: LostObject) => Promise<void>,
): Promise<void> {
  const { client, configuration } = await connect(context, answerMs);
  const api = new client.KubernetesObjectApi(configuration);
  for (const { apiVersion, kind } of kinds) {
    const { items } = await patiently(
      () => api.list<LostObject>(apiVersion, kind, namespace),
      patience,
      () => true,
    );
    for (const object of items) {
      const { metadata } = object;
      if (metadata?.annotations?.[madeByAnnotation] !== maker || metadata.name === name) continue;
      await before(object);
      await api.delete({ ...object, apiVersion, kind });
    }
  }
}

/** How long one answer may take. */
const answerMs = 10_000;

const patience = { attempts: 4, pauseMs: 1000 };
