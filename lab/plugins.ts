/** The provider plugins of the lab's Pulumi: the official ones where they can be had, else the lab's stand-ins. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { markOffline, offlineMarker, resolvePlugins, type EnsureOptions } from "../toolchain/index.ts";
import { exists } from "../toolchain/commands.ts";
import type { LabPaths } from "./paths.ts";
import { installOfflineProviders, offlineProviders } from "./providers/install.ts";
import type { LabTools } from "./tools.ts";

/** A provider plugin that is installed. */
export interface Provider {
  readonly name: string;
  readonly version: string;
  /** `offline`: the lab's stand-in for the official one. */
  readonly kind: "official" | "offline";
}

/** Installs every plugin that the program uses, and says which are stand-ins. */
export async function installPlugins(
  paths: LabPaths,
  tools: LabTools,
  toolchain: EnsureOptions,
  say: (line: string) => void,
): Promise<void> {
  const choices = await resolvePlugins(paths.pulumiHome, { ...toolchain, pulumi: tools.pulumi });
  const offline = choices.filter(({ kind }) => kind === "offline");
  for (const { name, folder } of offline) {
    if (name !== "github") await markOffline(folder, `the lab's own stand-in for ${name}`);
  }
  const names = offlineProviders.filter((provider) => offline.some(({ name }) => name === provider));
  await installOfflineProviders(paths.pulumiHome, names);
  const words = choices.map(
    ({ name, version, kind }) => `${name} ${version} (${kind === "official" ? "official" : "the lab's own"})`,
  );
  say(`Providers: ${words.join(", ")}`);
}

/** The plugins of the lab's Pulumi, as they are on disk, by name. */
export async function installedPlugins(paths: LabPaths): Promise<Provider[]> {
  const folder = join(paths.pulumiHome, "plugins");
  const names = await readdir(folder).catch(() => []);
  const found: Provider[] = [];
  for (const entry of names.sort()) {
    const [, name, version] = /^resource-(.+?)-v(\d.*)$/.exec(entry) ?? [];
    if (name === undefined || version === undefined) continue;
    if (!(await exists(join(folder, entry, `pulumi-resource-${name}`)))) continue;
    const offline = await exists(join(folder, entry, offlineMarker));
    found.push({ name, version, kind: offline ? "offline" : "official" });
  }
  return found;
}
