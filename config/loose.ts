/** Reading a configuration whose shape has not been checked: wrong shapes and wrong references are reported together. */
import { didYouMean } from "../components/names.ts";
import { show } from "./problems.ts";

/** An object of anything. */
export type Loose = Record<string, unknown>;

export const isObject = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value as an object; an empty one if it is none: its shape is reported elsewhere. */
export const object = (value: unknown): Loose => (isObject(value) ? value : {});

/** The entries of what should be an object of objects; those that are none are left out. */
export const entries = (value: unknown): [string, Loose][] =>
  Object.entries(object(value)).filter((entry): entry is [string, Loose] => isObject(entry[1]));

export const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** The message for a name that refers to nothing. */
export function refersToNothing(what: string, value: string, candidates: readonly string[]): string {
  const near = didYouMean(value, candidates);
  const known = candidates.length === 0 ? "there is none" : `there is ${candidates.join(", ")}`;
  return `got ${show(value)}, which is no ${what}: ${near === undefined ? known : `did you mean "${near}"?`}`;
}
