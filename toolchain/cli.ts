/**
 * The toolchain for people:
 *
 *     node toolchain/cli.ts list                     every pinned tool, and where it is
 *     node toolchain/cli.ts ensure [NAME…]           has them all, or these, and prints their paths
 *     node toolchain/cli.ts path                     prints a folder for PATH with the tools that are there
 *     node toolchain/cli.ts flux-manifest [VERSION]  prints the path of Flux's release manifest
 */
import { binFolder } from "./bin-folder.ts";
import { addressOf, officialEndpoints } from "./downloads.ts";
import { ToolchainError } from "./errors.ts";
import { fluxManifest } from "./flux-manifest.ts";
import { currentPlatform } from "./platform.ts";
import { ensureTools, locateTools } from "./resolve.ts";
import { toolNames, type ToolName } from "./tool-names.ts";
import { isToolName, tools } from "./tools.ts";

const usage = "Usage: node toolchain/cli.ts list | ensure [NAME…] | path | flux-manifest [VERSION]";

const commands: Readonly<Record<string, (args: string[], signal: AbortSignal) => Promise<void>>> = {
  list: async () => {
    const located = await locateTools(toolNames);
    for (const name of toolNames) {
      const found = located.get(name);
      const where =
        found === undefined ? `not here yet; ${sourceOf(name)}` : `${found.origin}: ${found.path}`;
      console.log(`${name.padEnd(30)} ${tools[name].version.padEnd(9)} ${where}`);
    }
  },
  ensure: async (args, signal) => {
    const paths = await ensureTools(args.length === 0 ? toolNames : args.map(toolNamed), { signal });
    for (const [name, path] of Object.entries(paths)) console.log(`${name.padEnd(30)} ${path}`);
  },
  path: async () => {
    const located = await locateTools(toolNames);
    if (located.size === 0) throw new ToolchainError("No tool is here yet: node toolchain/cli.ts ensure");
    console.log(await binFolder(Object.fromEntries([...located].map(([name, { path }]) => [name, path]))));
  },
  "flux-manifest": async ([version], signal) => {
    const { path } = await fluxManifest(version, { signal });
    console.log(path);
  },
};

/** Where a tool that is not here would come from. */
function sourceOf(name: ToolName): string {
  const download = tools[name].download(currentPlatform(), officialEndpoints);
  const from =
    download.kind === "none" ? "built from Go modules" : `from ${new URL(addressOf(download)).host}`;
  return download.kind === "none" ? `${from}: ${download.because}` : `${from}, or built from Go modules`;
}

function toolNamed(name: string): ToolName {
  if (isToolName(name)) return name;
  throw new ToolchainError(`${name} is no pinned tool. There are: ${toolNames.join(", ")}`);
}

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () =>
    interrupted.abort(new ToolchainError(`Ended by ${signal}; nothing half-done stays.`)),
  );
}
const [name = "", ...args] = process.argv.slice(2);
const command = commands[name];
try {
  if (command === undefined) throw new ToolchainError(usage);
  await command(args, interrupted.signal);
} catch (error) {
  if (!(error instanceof ToolchainError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
