/** A stack: its configuration, the platform that it describes, and where things are. */
import "./runtime/stack-traces.ts";
import { Platform } from "./components/platform.ts";
import { loadConfig } from "./config.ts";
import { readManifest } from "./flux-manifest.ts";
import { preflight } from "./preflight/preflight.ts";
import { keepAnswersOutOfDebugLog } from "./runtime/debug-log.ts";

keepAnswersOutOfDebugLog();
const config = loadConfig();
const [fluxManifest, found] = await Promise.all([readManifest(config.flux), preflight(config)]);
const platform = new Platform("platform", { config, fluxManifest, ...found });

export const {
  namespaces,
  controllers,
  repositories,
  references,
  deployKeys,
  tokens,
  credentials,
  ciVariables,
  syncs,
} = platform.outputs;
