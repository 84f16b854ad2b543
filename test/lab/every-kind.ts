/** One of every kind of resource on a Git host, as `every-kind-program.ts` makes them: the requests, and what is on the host. */
import type { HostKind, HostStack } from "./host-stack.ts";

/** Method, and a pattern of the path. */
export type Request = readonly [method: string, path: string];

/** What is on a host: names, with values where it shows them, by kind. */
export type OnHost = Readonly<Record<string, readonly string[]>>;

/** An item of a list, of whichever kind. */
export type Item = Readonly<Record<string, unknown>>;

/** The kinds of a host. */
export interface HostKinds {
  readonly kind: HostKind;
  /** One request of each resource, by what Pulumi does with it. */
  readonly requests: {
    readonly make: {
      readonly repositories: readonly Request[];
      readonly others: readonly Request[];
      /** Requests of one resource that is made in several, each of which misbehaves: any more would be too much. */
      readonly several: readonly Request[];
      /** What the host would take a second of: its answer is lost in a second way, too. */
      readonly again: readonly Request[];
    };
    readonly change: readonly Request[];
    /** The deletion of a key whose successor is there: its making is not hit here, since that, too, may delete. */
    readonly replaced: Request;
    readonly remove: readonly Request[];
    readonly read: readonly Request[];
    readonly destroy: readonly Request[];
  };
  /** Resources whose deletion the provider fails where they are gone already, as patterns. */
  readonly failing: readonly string[];
  readonly look: (stack: HostStack) => Promise<OnHost>;
  readonly all: OnHost;
  readonly changed: OnHost;
  readonly none: OnHost;
}

/** Of a list, or of the list below a member: a text of each. */
export async function list(
  stack: HostStack,
  path: string,
  text: (one: Item) => string,
  member?: string,
): Promise<string[]> {
  const body = await stack.look<unknown>(path);
  const items = member === undefined ? body : (body as Record<string, unknown> | undefined)?.[member];
  return ((items ?? []) as Item[]).map(text).toSorted();
}

/** The values of everything, before it is changed and afterwards. */
export const [first, second] = ["the-first-value", "another-value"];
