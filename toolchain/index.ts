/** What the rest of the project uses of the toolchain. */
export { binFolder } from "./bin-folder.ts";
export { findOnPath, requireCommand } from "./commands.ts";
export { ToolchainError } from "./errors.ts";
export { fluxPrograms, fluxReleases } from "./flux-controllers.ts";
export { fluxManifest, readFluxManifest } from "./flux-manifest.ts";
export type { FluxManifest, FluxManifestOptions, FluxManifestText } from "./flux-manifest.ts";
export { defaultFluxVersion, fluxVersions } from "./flux-versions.ts";
export { Network } from "./network.ts";
export { cacheRoot, currentPlatform } from "./platform.ts";
export { markOffline, offlineMarker, pluginFolder, resolvePlugins } from "./plugins.ts";
export type { PluginChoice, PluginName, PluginOptions } from "./plugins.ts";
export { Progress, silentProgress } from "./progress.ts";
export { ensureTools, locateTools, resolveTools } from "./resolve.ts";
export type { EnsureOptions, Origin, Resolved } from "./resolve.ts";
export { toolNames } from "./tool-names.ts";
export type { ToolName } from "./tool-names.ts";
export { isToolName, tools } from "./tools.ts";
export type { Tool } from "./tools.ts";
