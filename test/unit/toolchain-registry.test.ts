import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Download } from "../../toolchain/downloads.ts";
import { Network } from "../../toolchain/network.ts";
import { pullBinary } from "../../toolchain/registry.ts";
import { resolveTools } from "../../toolchain/resolve.ts";
import { Maker, sha256 } from "./toolchain-maker.ts";

type Image = Extract<Download, { kind: "image" }>;

let maker: Maker;
beforeEach(async () => {
  maker = await Maker.start();
});
afterEach(async () => {
  await maker.remove();
});

const base = "/v2/fluxcd/source-controller";
const digestOf = (content: string | Buffer): string => `sha256:${sha256(content)}`;

/** Offers an image of these layers for amd64, and describes it. */
function offer(layers: readonly Buffer[]): Image {
  const manifest = JSON.stringify({ layers: layers.map((layer) => ({ digest: digestOf(layer) })) });
  const index = JSON.stringify({
    manifests: [
      { digest: `sha256:${"0".repeat(64)}`, platform: { os: "linux", architecture: "arm64" } },
      { digest: digestOf(manifest), platform: { os: "linux", architecture: "amd64" } },
    ],
  });
  const scope = encodeURIComponent("repository:fluxcd/source-controller:pull");
  maker.answers.set(`/token?service=127.0.0.1&scope=${scope}`, JSON.stringify({ token: "anonymous" }));
  maker.answers.set(`${base}/manifests/${digestOf(index)}`, index);
  maker.answers.set(`${base}/manifests/${digestOf(manifest)}`, manifest);
  for (const layer of layers) maker.answers.set(`${base}/blobs/${digestOf(layer)}`, layer);
  return {
    kind: "image",
    id: "source-controller",
    version: "v1.9.3",
    registry: maker.url,
    repository: "fluxcd/source-controller",
    platform: { os: "linux", arch: "amd64" },
    digest: digestOf(index),
    member: "usr/local/bin/source-controller",
    tool: "source-controller",
    mebibytes: 1,
  };
}

async function pull(image: Image): Promise<string> {
  const folder = join(maker.folder, "pulled");
  mkdirSync(folder);
  const target = join(folder, "source-controller");
  await pullBinary(image, target, new Network({ stallMs: 1000, env: {} }), () => undefined);
  return readFileSync(target, "utf8");
}

test("the binary of the platform is taken from the last layer that has it", async () => {
  const older = maker.archive({ "usr/local/bin/source-controller": "older" });
  const newer = maker.archive({ "usr/local/bin/source-controller": "newer" });
  const other = maker.archive({ "etc/other": "" });
  await expect(pull(offer([older, newer, other]))).resolves.toBe("newer");
});

test("a layer that is not what its digest says is refused", async () => {
  const layer = maker.archive({ "usr/local/bin/source-controller": "real" });
  const image = offer([layer]);
  maker.answers.set(
    `${base}/blobs/${digestOf(layer)}`,
    maker.archive({ "usr/local/bin/source-controller": "no" }),
  );
  await expect(pull(image)).rejects.toThrow(/has the digest sha256:.* instead of sha256:.*: not used/);
});

test("an image for other platforms only is refused", async () => {
  const image = offer([maker.archive({ "usr/local/bin/source-controller": "" })]);
  const darwin: Image = { ...image, platform: { os: "darwin", arch: "arm64" } };
  await expect(pull(darwin)).rejects.toThrow("has no image for darwin/arm64");
});

test("an answer that is no JSON, such as a login page, is refused", async () => {
  const image = offer([]);
  maker.answers.clear();
  maker.answers.set("*", "<html>Please log in</html>");
  await expect(pull(image)).rejects.toThrow("does not answer with JSON");
});

test("an index that is not the pinned one is refused, and the controller is built", async () => {
  const image = offer([maker.archive({ "usr/local/bin/source-controller": "#!/bin/sh\n" })]);
  const pinned = "sha256:ff8f3c92f1bcb433e858c948040c3a3393fe73f5dd72048a4502bfaf0a4c26cd";
  maker.answers.set(
    `${base}/manifests/${pinned}`,
    maker.answers.get(`${base}/manifests/${image.digest}`) ?? 404,
  );
  maker.fakeGo();
  const resolved = await resolveTools(["source-controller"], maker.options());
  expect(resolved.get("source-controller")?.origin).toBe("build");
  expect(maker.said.join("")).toContain(`instead of ${pinned}: not used`);
});
