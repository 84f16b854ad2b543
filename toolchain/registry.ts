import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unpack } from "./archive.ts";
import type { Download } from "./downloads.ts";
import { Refused, type Network } from "./network.ts";

type Image = Extract<Download, { kind: "image" }>;

/** Of manifests, indexes and layers; https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
interface Descriptor {
  readonly digest: string;
  readonly mediaType?: string;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Takes one binary out of a public image, by the registry's HTTP API
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md): anonymous token, index by
 * its pinned digest, manifest of the platform, layers from the last to the first until one has the binary. Every
 * part is checked against its digest.
 *
 * @throws Unreachable, or Refused when a digest does not match or the image has no such platform or file
 */
export async function pullBinary(
  image: Image,
  target: string,
  network: Network,
  onBytes: (count: number) => void,
): Promise<void> {
  const base = `${image.registry}/v2/${image.repository}`;
  const headers = await authorization(image, network);
  const manifest = async (digest: string): Promise<object> => {
    const url = `${base}/manifests/${digest}`;
    const text = await network.text(url, { ...headers, accept: manifestTypes });
    verify(url, digest, createHash("sha256").update(text).digest("hex"));
    return parse(url, text);
  };

  let top = await manifest(image.digest);
  const platforms = descriptors(top, "manifests");
  if (platforms.length > 0) {
    const { os, arch } = image.platform;
    const ours = platforms.find(({ platform }) => platform?.os === os && platform.architecture === arch);
    if (ours === undefined) throw new Refused(`${base}:${image.version} has no image for ${os}/${arch}`);
    top = await manifest(ours.digest);
  }

  const folder = dirname(target);
  for (const layer of descriptors(top, "layers").toReversed()) {
    const url = `${base}/blobs/${layer.digest}`;
    const file = join(folder, "layer");
    verify(url, layer.digest, await network.file(url, file, headers, onBytes));
    const found = await unpack(file, folder, [image.member]).then(
      () => true,
      () => false,
    );
    await rm(file);
    if (!found) continue;
    await rename(join(folder, "unpacked", image.member), target);
    await rm(join(folder, "unpacked"), { recursive: true });
    return;
  }
  throw new Refused(`${base}:${image.version} has no file ${image.member}`);
}

async function authorization(image: Image, network: Network): Promise<Record<string, string>> {
  const service = new URL(image.registry).hostname;
  const query = new URLSearchParams({ service, scope: `repository:${image.repository}:pull` });
  const url = `${image.registry}/token?${query.toString()}`;
  const { token } = parse(url, await network.text(url)) as { token?: unknown };
  if (typeof token !== "string") throw new Refused(`${image.registry} gives no anonymous token`);
  return { authorization: `Bearer ${token}` };
}

/** @throws Refused for what is no JSON object, such as a hotel's login page */
function parse(url: string, text: string): object {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new Refused(`${url} does not answer with JSON`);
}

function verify(url: string, digest: string, sha256: string): void {
  if (digest === `sha256:${sha256}`) return;
  throw new Refused(`${url} has the digest sha256:${sha256} instead of ${digest}: not used`);
}

/** A list of descriptors in a manifest or an index; empty where there is none. */
function descriptors(manifest: object, field: "manifests" | "layers"): Descriptor[] {
  const list = (manifest as Partial<Record<typeof field, unknown>>)[field];
  if (!Array.isArray(list)) return [];
  return list.filter((entry: unknown): entry is Descriptor => {
    const digest = (entry as { digest?: unknown } | null)?.digest;
    return typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest);
  });
}
