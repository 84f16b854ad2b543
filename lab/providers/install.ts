import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIfPresent, writeAtomically } from "../files.ts";
import { keepCompiled } from "../paths.ts";
import { sdkVersion } from "./sdk-version.ts";

/** The packages that the lab has an offline provider for. */
export const offlineProviders = ["gitlab", "kubernetes", "tls"] as const;
export type OfflineProvider = (typeof offlineProviders)[number];

/**
 * Installs the offline providers as plugins into a PULUMI_HOME, each a script that starts this Node on the
 * provider's main.ts. The versions are those of the installed SDKs. Safe to repeat and to interrupt.
 * @returns what is installed, as `kubernetes v4.32.0`
 */
export async function installOfflineProviders(
  pulumiHome: string,
  names: readonly OfflineProvider[] = offlineProviders,
): Promise<string[]> {
  const { NODE_COMPILE_CACHE: cache } = keepCompiled();
  return Promise.all(
    names.map(async (name) => {
      const version = sdkVersion(name);
      const folder = join(pulumiHome, "plugins", `resource-${name}-v${version}`);
      const main = fileURLToPath(new URL(`${name}/main.ts`, import.meta.url));
      await installScript(folder, `pulumi-resource-${name}`, wrapper(process.execPath, main, cache));
      return `${name} v${version}`;
    }),
  );
}

/**
 * `exec`, so that a signal and the loss of the engine reach Node itself. The compile cache keeps the stripped and
 * compiled code: a provider then starts in a quarter of the time.
 */
function wrapper(node: string, main: string, cache: string): string {
  return `#!/bin/sh\nNODE_COMPILE_CACHE=${quote(cache)} exec ${quote(node)} ${quote(main)} "$@"\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function installScript(folder: string, name: string, script: string): Promise<void> {
  const path = join(folder, name);
  if ((await readIfPresent(path)) === script) return;
  await writeAtomically(path, script, 0o755);
}
