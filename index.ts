/** A stack: its configuration, the platform that it describes, and where things are. */
import "./stack-traces.ts";
import { Platform } from "./components/platform.ts";
import { loadConfig } from "./config.ts";
import { readManifest } from "./flux-manifest.ts";
import { findAdoptions } from "./preflight.ts";

const config = loadConfig();
const fluxManifest = await readManifest(config.flux);
const adoptions = await findAdoptions(config);
const platform = new Platform("platform", { config, fluxManifest, adoptions });

export const { namespaces, controllers, repositories, deployKeys, ciVariables, syncs } = platform.outputs;
