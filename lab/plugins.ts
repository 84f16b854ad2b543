/** The provider plugins of the lab's Pulumi: the official ones where they can be had, else the lab's stand-ins. */
import { markOffline, resolvePlugins } from "../toolchain/plugins.ts";
import type { LabPaths } from "./paths.ts";
import { installOfflineProviders, offlineProviders } from "./providers/install.ts";
import type { LabTools } from "./tools.ts";

/** Installs every plugin that the program uses, and says which are stand-ins. */
export async function installPlugins(
  paths: LabPaths,
  tools: LabTools,
  say: (line: string) => void,
): Promise<void> {
  const choices = await resolvePlugins(paths.pulumiHome, { pulumi: tools.pulumi });
  const offline = choices.filter(({ kind }) => kind === "offline");
  for (const { name, folder } of offline) {
    if (name !== "github") await markOffline(folder, `the lab's own stand-in for ${name}`);
  }
  const names = offlineProviders.filter((provider) => offline.some(({ name }) => name === provider));
  await installOfflineProviders(paths.pulumiHome, names);
  say(
    `Providers: ${choices.map(({ name, version, kind }) => `${name} ${version} (${kind === "official" ? "official" : "the lab's own"})`).join(", ")}`,
  );
}
