/** A stack: its configuration, the platform that it describes, and where things are. */
import { Platform } from "./components/platform.ts";
import { loadConfig } from "./config.ts";
import { readManifest } from "./flux-manifest.ts";
import { findAdoptions, findOwnerId } from "./preflight.ts";

const config = loadConfig();
const fluxManifest = await readManifest(config.flux);
const ownerId = await findOwnerId(config);
const adoptions = await findAdoptions(config);
const platform = new Platform("platform", { config, fluxManifest, adoptions, ownerId });

export const { namespaces, controllers, repositories, deployKeys, ciVariables, syncs } = platform.outputs;
