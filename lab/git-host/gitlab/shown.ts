/** Holds what the host answers against the types of a client that is kept by others, `@gitbeaker/rest`. */

/** The fields that a type names, without its door for any other. */
type Named<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/**
 * What has to be answered where a client expects a `T`: every field that it names, of its type or null.
 *
 * @typeParam Absent fields that GitLab does not have below Premium, or not in this answer
 */
export type Shown<T, Absent extends keyof Named<T> = never> = {
  [K in Exclude<keyof Named<T>, Absent>]: Named<T>[K] | null;
} & Record<string, unknown>;
