/** Objects of a state that is lost, under names that no later state gives again: by themselves they would stay for ever. */
import type * as Client from "@kubernetes/client-node";
import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../known-value.ts";
import { patiently } from "../patience.ts";
import { stackName } from "../stack-name.ts";
import { connect } from "./connection.ts";
import type { ClusterProvider } from "./provider.ts";

/** An annotation, not a label: those have no "/" in their values, and 63 characters at most. */
const madeByAnnotation = "slipway/made-by";

/** Marks an object as one that a component of this stack has made: `slipway/made-by: slipway/prod/flux-cd-receiver`. */
export function madeBy(component: string): Readonly<Record<typeof madeByAnnotation, string>> {
  return { [madeByAnnotation]: `${stackName()}/${component}` };
}

/** The kind of the objects that hold what is secret. */
export const secretKind = { apiVersion: "v1", kind: "Secret" } as const;

/** An object that is about to go, as the cluster has it. */
export interface LostObject extends Client.KubernetesObject {
  readonly status?: unknown;
}

/** Objects that one component has made; it has one of each kind at a time. */
export interface OwnObjects {
  /** Name of the component, as {@link madeBy} has marked them. */
  readonly component: string;
  /** In the order in which they go. */
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
  readonly namespace: pulumi.Input<string>;
  /** Name of those that stay. */
  readonly name: pulumi.Input<string>;
}

/**
 * Removes what a component has made under other names than its objects have now. Done again, it does nothing.
 *
 * @param objects as this run has made them
 * @param before what has to be done before an object goes; nothing, unless given
 * @throws when the cluster does not answer, or refuses
 */
export async function removeLostObjects(
  { kubeContext }: ClusterProvider,
  objects: OwnObjects,
  before?: (object: LostObject) => Promise<void>,
): Promise<void> {
  const { component, kinds } = objects;
  const maker = madeBy(component)[madeByAnnotation];
  const [namespace, name] = await Promise.all([knownValue(objects.namespace), knownValue(objects.name)]);
  const { client, configuration } = await connect(kubeContext, answerMs);
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
      await before?.(object);
      await api.delete({ ...object, apiVersion, kind });
    }
  }
}

/** How long one answer may take. */
const answerMs = 10_000;

const patience = { attempts: 4, pauseMs: 1000 };
