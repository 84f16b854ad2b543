/** Which of the deploy keys that a repository has on its host are a stack's own, and may go. Pure: no Pulumi here. */

/** A deploy key as both hosts list it. */
export interface FoundKey {
  readonly id: number;
  readonly title: string;
  /** The public key in OpenSSH's form. */
  readonly key: string;
}

/** A deploy key as it is to be registered. */
export interface KeyToRegister {
  readonly title: string;
  /** The public key in OpenSSH's form. */
  readonly publicKey: string;
  /** Parts of other keys under the title that the state has all the same, and that the run replaces in their time. */
  readonly inState?: ReadonlySet<string>;
}

/** The titles of a stack's keys at one repository. */
export interface StackTitles {
  /** How the titles of the stack's keys begin. */
  readonly prefix: string;
  /** The titles of those that it has here now. */
  readonly titles: ReadonlySet<string>;
}

/** Picks the keys that go. */
export type PickKey = (found: FoundKey) => boolean;

/** This very key under this title: its private half is in nobody's hands but the stack's. */
export function sameKey({ title, publicKey }: KeyToRegister): PickKey {
  return (found) => found.title === title && keyMaterial(found.key) === keyMaterial(publicKey);
}

/** Other keys with the same title, which says whose they are and for what; their private halves are lost with the state. */
export function lostKey({ title, publicKey, inState = new Set() }: KeyToRegister): PickKey {
  const kept = new Set([...inState, keyMaterial(publicKey)]);
  return (found) => found.title === title && !kept.has(keyMaterial(found.key));
}

/**
 * The stack's keys that it has no use for any more: of an environment or an app that left the configuration while the state
 * was lost. A title says of which stack a key is.
 */
export function unusedKey({ prefix, titles }: StackTitles): PickKey {
  return ({ title }) => title.startsWith(prefix) && !titles.has(title);
}

/** A public key without its comment. */
export const keyMaterial = (key: string): string => key.trim().split(/\s+/).slice(0, 2).join(" ");
