/** A stack: its configuration, the platform that it describes, and where things are. */
import "./stack-traces.ts";
import { Platform } from "./components/platform.ts";
import { loadConfig } from "./config.ts";
import { refuseDroppedComponents } from "./dropped-components.ts";
import { keepAnswersOutOfDebugLog } from "./debug-log.ts";
import { readManifest } from "./flux-manifest.ts";
import { findAdoptions } from "./preflight.ts";
import { previousOutputs } from "./previous-outputs.ts";

keepAnswersOutOfDebugLog();
const config = loadConfig();
const fluxManifest = await readManifest(config.flux);
const previous = await previousOutputs();
await refuseDroppedComponents(config, previous);
const adoptions = await findAdoptions(config, previous);
const platform = new Platform("platform", { config, fluxManifest, adoptions });

export const { namespaces, controllers, repositories, deployKeys, ciVariables, syncs } = platform.outputs;
