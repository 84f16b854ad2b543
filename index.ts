/** A stack: its configuration, the platform that it describes, and where things are. */
import { Platform } from "./components/platform.ts";
import { loadConfig } from "./config.ts";
import { readManifest } from "./flux-manifest.ts";

const config = loadConfig();
const platform = new Platform("platform", { config, fluxManifest: await readManifest(config.flux) });

export const { namespaces, controllers, repositories, deployKeys, ciVariables, syncs } = platform.outputs;
