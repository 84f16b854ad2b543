import { createHash } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildFolder, moduleRoot } from "./build.ts";
import { buildOf } from "./builds.ts";
import { ToolCache } from "./cache.ts";
import type { Context } from "./context.ts";
import { downloadTools } from "./downloading.ts";
import { officialEndpoints, type Endpoints } from "./downloads.ts";
import { buildTools } from "./building.ts";
import { Network } from "./network.ts";
import { onPath } from "./on-path.ts";
import { cacheRoot, currentPlatform, type Platform } from "./platform.ts";
import { Progress } from "./progress.ts";
import type { ToolName } from "./tool-names.ts";
import { tools, type Tool } from "./tools.ts";

/** All are optional; the defaults are this machine and the makers. */
export interface EnsureOptions {
  /** Takes everything that is said. Default: a `Progress` on stderr. */
  readonly progress?: Progress;
  /** Ends downloads and builds; nothing half-done stays. */
  readonly signal?: AbortSignal;
  /** Default `process.env`. `SLIPWAY_CACHE` names the cache, `SLIPWAY_DOWNLOADS=off` builds without asking the makers. */
  readonly env?: NodeJS.ProcessEnv;
  /** Share one over several calls, and a host that did not answer is not asked by any of them again. */
  readonly network?: Network;
  readonly endpoints?: Endpoints;
  readonly platform?: Platform;
  /** Folder with the go.mod folders. */
  readonly modules?: string;
}

/** Where a tool was found, or what was done to have it. */
export type Origin = "cache" | "PATH" | "download" | "build" | "script";

export interface Resolved {
  readonly path: string;
  readonly origin: Origin;
}

/**
 * Makes sure that the pinned tools are there, each from the first of: the project's cache, PATH at exactly the pinned
 * version, its maker's download, a build from its Go module.
 *
 * @returns the path of each
 * @throws ToolchainError when one of them can be had in none of these ways, with what to do
 */
export async function ensureTools<N extends ToolName>(
  names: readonly N[],
  options: EnsureOptions = {},
): Promise<Record<N, string>> {
  const resolved = await resolveTools(names, options);
  return Object.fromEntries([...resolved].map(([name, { path }]) => [name, path])) as Record<N, string>;
}

/** As `ensureTools`, and says of each where it is from. */
export async function resolveTools<N extends ToolName>(
  names: readonly N[],
  options: EnsureOptions = {},
): Promise<Map<N, Resolved>> {
  const context = contextOf(options);
  const resolved: Map<ToolName, Resolved> = await locateTools(names, options);
  const missing = (): Tool[] =>
    [...new Set(names)].filter((name) => !resolved.has(name)).map((name) => tools[name]);
  const take = (found: ReadonlyMap<ToolName, string>, origin: Origin): void => {
    for (const { name } of missing()) {
      const path = found.get(name);
      if (path !== undefined) resolved.set(name, { path, origin });
    }
  };

  if (missing().length > 0 && context.env.SLIPWAY_DOWNLOADS !== "off") {
    take(await downloadTools(missing(), context), "download");
  }
  take(await writeScripts(missing(), context), "script");
  if (missing().length > 0) take(await buildTools(missing(), context), "build");
  // In the order of the question.
  const ordered = new Map<N, Resolved>();
  for (const name of names) {
    const found = resolved.get(name);
    if (found !== undefined) ordered.set(name, found);
  }
  return ordered;
}

/** What is there already, in the cache or on PATH: nothing is downloaded or built. */
export async function locateTools<N extends ToolName>(
  names: readonly N[],
  options: EnsureOptions = {},
): Promise<Map<N, Resolved>> {
  const context = contextOf(options);
  const located = new Map<N, Resolved>();
  for (const name of new Set(names)) {
    const found = (await inCache(tools[name], context)) ?? (await pinnedOnPath(tools[name], context));
    if (found !== undefined) located.set(name, found);
  }
  return located;
}

function contextOf(options: EnsureOptions): Context {
  const env = options.env ?? process.env;
  const platform = options.platform ?? currentPlatform();
  return {
    progress: options.progress ?? new Progress(),
    signal: options.signal,
    env,
    network: options.network ?? new Network({ env }),
    endpoints: options.endpoints ?? officialEndpoints,
    platform,
    modules: options.modules ?? moduleRoot,
    cache: new ToolCache(cacheRoot(env), platform),
  };
}

async function inCache(tool: Tool, context: Context): Promise<Resolved | undefined> {
  const { cache, platform, endpoints, modules } = context;
  const download = tool.download(platform, endpoints);
  const build = buildOf(tool.name);
  const folders = [
    download.kind === "none" ? undefined : cache.folder(download.id, download.version),
    build === undefined ? undefined : await buildFolder(build, cache, modules),
    tool.script === undefined ? undefined : scriptFolder(tool, tool.script, cache),
  ];
  for (const folder of folders) {
    if (folder === undefined || !(await cache.has(folder, tool.name))) continue;
    return { path: join(folder, tool.name), origin: "cache" };
  }
  return undefined;
}

async function pinnedOnPath(tool: Tool, context: Context): Promise<Resolved | undefined> {
  const found = await onPath(tool, context.env);
  return found?.version === tool.version ? { path: found.path, origin: "PATH" } : undefined;
}

function scriptFolder(tool: Tool, script: string, cache: ToolCache): string {
  const hash = createHash("sha256").update(script).digest("hex").slice(0, 12);
  return cache.folder(tool.name, `${tool.version}-${hash}`);
}

async function writeScripts(missing: readonly Tool[], context: Context): Promise<Map<ToolName, string>> {
  const written = new Map<ToolName, string>();
  for (const tool of missing) {
    const { script } = tool;
    if (script === undefined) continue;
    const folder = scriptFolder(tool, script, context.cache);
    await context.cache.fill(folder, [tool.name], "written by Slipway", {}, async (temporary) => {
      await writeFile(join(temporary, tool.name), script);
      await chmod(join(temporary, tool.name), 0o755);
    });
    written.set(tool.name, join(folder, tool.name));
  }
  return written;
}
