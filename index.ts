/** A stack: its configuration, the platform that it describes, and where things are. */
import "./runtime/stack-traces.ts";
import { Platform } from "./components/platform.ts";
import { loadConfig } from "./config.ts";
import { readManifest } from "./flux-manifest.ts";
import { findAdoptions } from "./preflight/adoptions.ts";
import { refuseDroppedComponents } from "./preflight/dropped-components.ts";
import { findOwnerId } from "./preflight/owner.ts";
import { previousOutputs } from "./preflight/previous-outputs.ts";
import { keepAnswersOutOfDebugLog } from "./runtime/debug-log.ts";

keepAnswersOutOfDebugLog();
const config = loadConfig();
const [fluxManifest, previous] = await Promise.all([readManifest(config.flux), previousOutputs()]);
await refuseDroppedComponents(config, previous);
const [ownerId, adoptions] = await Promise.all([findOwnerId(config), findAdoptions(config, previous)]);
const platform = new Platform("platform", { config, fluxManifest, adoptions, ownerId });

export const { namespaces, controllers, repositories, deployKeys, ciVariables, syncs } = platform.outputs;
