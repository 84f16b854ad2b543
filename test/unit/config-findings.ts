/** What the checks of a configuration find. */
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
