import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { diskNeeds, type Build } from "./builds.ts";
import type { ToolCache } from "./cache.ts";
import { exists } from "./commands.ts";
import { ToolchainError } from "./errors.ts";
import type { GoSetup } from "./go.ts";
import { size } from "./progress.ts";

/** What the builds still take of the disk, in bytes, and where. */
interface DiskNeed {
  readonly folder: string;
  readonly bytes: number;
  readonly free: number;
}

/**
 * Looks for room before the builds begin. Modules that are in Go's cache are not counted; of the build cache nobody
 * can cheaply tell what it already has, so its part is only warned about.
 *
 * @returns a warning, or `undefined` when there is room
 * @throws ToolchainError when there is not even half of what has to be downloaded and kept
 */
export async function checkDisk(
  wanted: readonly Build[],
  all: readonly Build[],
  go: GoSetup,
  cache: ToolCache,
): Promise<string | undefined> {
  const total = all.reduce((sum, { seconds }) => sum + seconds, 0);
  // Seconds of compiling are a fair measure of a build's share in both caches.
  const share = (part: readonly Build[]): number =>
    part.reduce((sum, { seconds }) => sum + seconds, 0) / total;
  const absent: Build[] = [];
  for (const build of wanted) if (!(await exists(join(go.moduleCache, build.landmark)))) absent.push(build);
  const needs: DiskNeed[] = [
    await need(go.moduleCache, diskNeeds.modules * share(absent)),
    await need(go.buildCache, diskNeeds.buildCache * share(wanted)),
    await need(
      cache.root,
      wanted.reduce((sum, { mebibytes }) => sum + mebibytes, 0),
    ),
  ];
  const bytes = needs.reduce((sum, { bytes: part }) => sum + part, 0);
  const free = Math.min(...needs.map((part) => part.free));
  if (free >= bytes) return undefined;
  const text =
    `Building takes up to ${size(bytes)} of disk (${needs.map((part) => part.folder).join(", ")}), ` +
    `and ${size(free)} are free.`;
  const fixed = bytes - (needs[1]?.bytes ?? 0);
  if (free < fixed || (absent.length > 0 && free < bytes / 2)) {
    throw new ToolchainError(
      `${text}\nMake room, or let GOMODCACHE, GOCACHE and SLIPWAY_CACHE name other disks.`,
    );
  }
  return `${text} It may do, as far as Go has compiled parts of it before.`;
}

async function need(folder: string, mebibytes: number): Promise<DiskNeed> {
  let existing = folder;
  while (!(await exists(existing)) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return { folder, bytes: mebibytes * 2 ** 20, free: bavail * bsize };
}
