/** What the checks of a configuration find. */
import { expect, test } from "vitest";
import { ConfigError } from "../../config/problems.ts";
import { validateStack } from "../../config/validate.ts";
import { changed as changedIn, stackFile, type Loose } from "./stack-files.ts";

/** Names of the CI secrets that have a value. */
export const secretNames = ["REGISTRY_PASSWORD", "FLUXCD_URL"];

/** A copy of the dev stack's configuration with one value set, or removed, at a path of keys. */
export const changed = (path: readonly string[], value: unknown) => changedIn(stackFile("dev"), path, value);

/** Every finding as "key: message"; none where the configuration is right. */
export function problemsOf(raw: Loose): string[] {
  try {
    validateStack(raw, secretNames);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

/** What is changed in the dev stack: a name for it, the path of keys, and the value. */
type Change = readonly [name: string, path: readonly string[], value: unknown];

/** Each change of the dev stack is one finding, which has a text in it. */
export function refused(changes: readonly (readonly [...Change, expected: string])[]): void {
  test.each(changes)(
    "a wrong value is named with its key, what it is and how to mend it: %s",
    (_name, path, value, expected) => {
      const problems = problemsOf(changed(path, value));
      expect(problems.join("\n")).toContain(expected);
      expect(problems).toHaveLength(1);
    },
  );
}

/** Each change of the dev stack leaves it right. */
export function taken(changes: readonly Change[]): void {
  test.each(changes)("a right value is taken: %s", (_name, path, value) => {
    expect(problemsOf(changed(path, value))).toEqual([]);
  });
}
