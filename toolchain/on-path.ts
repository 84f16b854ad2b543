import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { findOnPath, isExecutable } from "./commands.ts";
import { run } from "./run.ts";
import { tools, type Tool } from "./tools.ts";

/** What PATH has of a tool: its file, and the version that it tells. */
export interface Found {
  readonly path: string;
  /** `undefined` when it tells none that can be read. */
  readonly version: string | undefined;
}

/**
 * The tool on PATH, whatever its version. Of a tool that tells no version only the companion of one that does is
 * looked at, with that one's version.
 */
export async function onPath(tool: Tool, env: NodeJS.ProcessEnv): Promise<Found | undefined> {
  if (tool.companionOf !== undefined) {
    const main = await onPath(tools[tool.companionOf], env);
    if (main === undefined) return undefined;
    const path = join(dirname(main.path), tool.name);
    return (await isExecutable(path)) ? { path, version: main.version } : undefined;
  }
  if (tool.path === undefined) return undefined;
  const path = await findOnPath(tool.name, env);
  return path === undefined ? undefined : { path, version: await versionOf(tool, path, env) };
}

/** The version that a file tells of itself, with a leading `v`; `undefined` when it tells none. */
export async function versionOf(
  tool: Tool,
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (tool.path === undefined) return undefined;
  const { code, stdout } = await run(path, tool.path.args, {
    // HOME because some of them look for their settings; no kubeconfig, tokens or switches of the user's.
    env: { PATH: env.PATH, HOME: env.HOME ?? homedir(), PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs: 10_000,
  });
  const version = code === 0 ? tool.path.version.exec(stdout)?.[1] : undefined;
  return version === undefined ? undefined : `v${version.replace(/^v/, "")}`;
}
