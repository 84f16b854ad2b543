import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "./context.ts";
import { fetchDownload } from "./download.ts";
import { addressOf, toolsOf, type Download } from "./downloads.ts";
import { Refused, Unreachable } from "./network.ts";
import { versionOf } from "./on-path.ts";
import { duration, size } from "./progress.ts";
import type { ToolName } from "./tool-names.ts";
import { tools, type Tool } from "./tools.ts";

/** So many downloads at a time. */
const parallel = 3;

/**
 * Downloads what the makers have of these tools into the cache. A tool that cannot be downloaded is left out of the
 * answer, and the reason is said; so the caller goes on to build it.
 *
 * @throws ToolchainError when the disk is full
 */
export async function downloadTools(
  wanted: readonly Tool[],
  context: Context,
): Promise<Map<ToolName, string>> {
  const { network, progress } = context;
  const downloads = downloadsOf(wanted, context);
  await network.probe(downloads.map(addressOf));
  noteSilent(downloads, context);
  const promising = downloads.filter((download) => network.reachable(addressOf(download)));
  if (promising.length === 0) return new Map();

  const paths = new Map<ToolName, string>();
  const total = promising.reduce((sum, { mebibytes }) => sum + mebibytes, 0) * 2 ** 20;
  let bytes = 0;
  const status = (elapsed: number): string => {
    const left =
      bytes > 0 && bytes < total ? `, about ${duration((total - bytes) * (elapsed / bytes))} to go` : "";
    return `downloading ${promising.length} packages: ${size(bytes)} of about ${size(total)}${left}`;
  };
  const queue = [...promising];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const folder = await downloadOne(next, context, (count) => (bytes += count));
      if (folder === undefined) continue;
      for (const tool of toolsOf(next)) paths.set(tool, join(folder, tool));
    }
  };
  await progress.during(status, async () => {
    const results = await Promise.allSettled(Array.from({ length: parallel }, worker));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  });
  return paths;
}

/** One line for all hosts that fail for the same reason. */
function noteSilent(downloads: readonly Download[], { network, progress }: Context): void {
  const hosts = new Set(downloads.map((download) => new URL(addressOf(download)).host));
  const byReason = Map.groupBy(
    [...network.silent].filter(([host]) => hosts.has(host)),
    ([, why]) => why,
  );
  for (const [why, silent] of byReason) {
    progress.note(`No downloads from ${silent.map(([host]) => host).join(", ")}: ${why}.`);
  }
}

/** The downloads that bring these tools, each once; none only for a tool that can be written as a script. */
function downloadsOf(wanted: readonly Tool[], { platform, endpoints }: Context): Download[] {
  const downloads = new Map<string, Download>();
  for (const tool of wanted) {
    if (tool.script !== undefined) continue;
    const download = tool.download(platform, endpoints);
    if (download.kind !== "none") downloads.set(download.id, download);
  }
  return [...downloads.values()];
}

/** @returns the folder in the cache, or `undefined` when the download cannot be had; why was said then */
async function downloadOne(
  download: Download,
  context: Context,
  onBytes: (count: number) => void,
): Promise<string | undefined> {
  const { cache, network, progress, signal } = context;
  if (!network.reachable(addressOf(download))) return undefined;
  const folder = cache.folder(download.id, download.version);
  const lock = {
    onWait: (pid: number) => progress.note(`Process ${pid} is downloading ${download.id} already: waiting.`),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    await cache.fill(folder, toolsOf(download), `from ${addressOf(download)}`, lock, async (temporary) => {
      await fetchDownload(download, temporary, network, onBytes);
      for (const tool of toolsOf(download)) await checkVersion(tools[tool], join(temporary, tool), context);
    });
    progress.note(`Downloaded ${download.id} ${download.version}.`);
    return folder;
  } catch (error) {
    if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error;
    progress.note(`No download of ${download.id}: ${error.message}.`);
    return undefined;
  }
}

/** Runs what was downloaded: it must start on this machine, and be what its name says. */
async function checkVersion(tool: Tool, path: string, { env }: Context): Promise<void> {
  await chmod(path, 0o755);
  if (tool.path === undefined) return;
  const version = await versionOf(tool, path, env);
  // kwok's builds of Kubernetes say v1.36.3-kwok.0.
  if (version === tool.version || version?.startsWith(`${tool.version}-kwok.`) === true) return;
  throw new Refused(
    version === undefined
      ? `the downloaded ${tool.name} does not run here`
      : `the downloaded ${tool.name} is ${version} instead of ${tool.version}`,
  );
}
