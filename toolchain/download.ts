import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { unpack } from "./archive.ts";
import { toolsOf, type Checksum, type Download } from "./downloads.ts";
import { Refused, type Network } from "./network.ts";
import { pullBinary } from "./registry.ts";

/**
 * Gets a download from its maker into a folder, as files with the names of the tools.
 *
 * @param onBytes takes the number of bytes of every piece that arrives
 * @throws Unreachable when the host does not answer; Refused for a status other than 2xx, for a checksum that is
 * missing or does not match, and for an archive without the tool
 */
export async function fetchDownload(
  download: Download,
  folder: string,
  network: Network,
  onBytes: (count: number) => void,
): Promise<void> {
  if (download.kind === "image") {
    await pullBinary(download, join(folder, download.tool), network, onBytes);
    return;
  }
  // The checksum first: it is small, and without it the rest is of no use.
  const expected = await checksumOf(download.checksum, network);
  const file = download.kind === "binary" ? join(folder, download.tool) : join(folder, "archive");
  const actual = await network.file(download.url, file, {}, onBytes);
  if (actual !== expected) {
    await rm(file, { force: true });
    throw new Refused(
      `${download.url} has the SHA-256 ${actual}, and ${download.checksum.url} says ${expected}: not used`,
    );
  }
  if (download.kind === "binary") return;
  await unpack(file, folder, Object.values(download.members));
  for (const tool of toolsOf(download)) {
    const member = download.members[tool];
    if (member !== undefined) await rename(join(folder, "unpacked", member), join(folder, tool));
  }
  await rm(join(folder, "unpacked"), { recursive: true });
  await rm(file);
}

/** What the maker says that the SHA-256 is. */
async function checksumOf(checksum: Checksum, network: Network): Promise<string> {
  const found = readChecksum(checksum, await network.text(checksum.url));
  if (found !== undefined) return found;
  throw new Refused(
    `${checksum.url} has no SHA-256 of ${checksum.kind === "single" ? "it" : checksum.entry}`,
  );
}

/** Reads a SHA-256 out of what a maker publishes; `undefined` when it is not in there. */
export function readChecksum(checksum: Checksum, text: string): string | undefined {
  switch (checksum.kind) {
    case "single":
      return hexOf(text.trim().split(/\s/)[0]);
    case "list":
      for (const line of text.split("\n")) {
        const [sum, name] = line.trim().split(/\s+\*?/);
        if (name === checksum.entry) return hexOf(sum);
      }
      return undefined;
    case "release": {
      const release = parseRelease(text);
      const asset = release?.assets?.find(({ name }) => name === checksum.entry);
      return hexOf(asset?.digest?.replace(/^sha256:/, ""));
    }
  }
}

interface Release {
  readonly assets?: readonly { readonly name?: string; readonly digest?: string | null }[];
}

function parseRelease(text: string): Release | undefined {
  try {
    return JSON.parse(text) as Release;
  } catch {
    return undefined;
  }
}

function hexOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
}
