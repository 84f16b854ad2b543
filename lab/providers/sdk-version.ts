import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The version of an installed Pulumi SDK, such as `kubernetes`: its engine asks for the plugin of the same version. */
export function sdkVersion(name: string): string {
  const path = createRequire(import.meta.url).resolve(`@pulumi/${name}/package.json`);
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version?: unknown };
  if (typeof version !== "string") throw new Error(`${path}: there is no version in it: run npm ci`);
  return version;
}
