import type { Platform } from "./platform.ts";
import type { FluxController, ToolName } from "./tool-names.ts";
import { versions } from "./versions.ts";

/** The makers' addresses, without a slash at the end. Tests put a local server in their place. */
export interface Endpoints {
  readonly pulumi: string;
  readonly github: string;
  readonly githubApi: string;
  readonly kubernetes: string;
  readonly helm: string;
  readonly registry: string;
}

export const officialEndpoints: Endpoints = {
  pulumi: "https://get.pulumi.com",
  github: "https://github.com",
  githubApi: "https://api.github.com",
  kubernetes: "https://dl.k8s.io",
  helm: "https://get.helm.sh",
  registry: "https://ghcr.io",
};

/** The hosts of the makers' addresses. */
export function makerHosts({
  pulumi,
  github,
  githubApi,
  kubernetes,
  helm,
  registry,
} = officialEndpoints): string[] {
  return [pulumi, github, githubApi, kubernetes, helm, registry].map((url) => new URL(url).host);
}

/**
 * Hosts that the makers' addresses redirect to, for the advice on what a firewall has to let through.
 */
export const redirectHosts = [
  "release-assets.githubusercontent.com",
  "pkg-containers.githubusercontent.com",
  "cdn.dl.k8s.io",
] as const;

/** Where the maker says what the SHA-256 of a download is. */
export type Checksum =
  /** A file that begins with the checksum of the one download. */
  | { readonly kind: "single"; readonly url: string }
  /** A file of lines `checksum  file name`. */
  | { readonly kind: "list"; readonly url: string; readonly entry: string }
  /**
   * A release in GitHub's API, which knows every asset's digest, for makers who publish no checksums:
   * https://github.blog/changelog/2025-06-03-releases-now-expose-digests-for-release-assets/
   */
  | { readonly kind: "release"; readonly url: string; readonly entry: string };

/** What the maker offers. Downloads with the same `id` and `version` are one and share a folder of the cache. */
export type Download =
  | {
      readonly kind: "binary";
      readonly id: string;
      readonly version: string;
      readonly url: string;
      readonly checksum: Checksum;
      readonly tool: ToolName;
      readonly mebibytes: number;
    }
  | {
      readonly kind: "archive";
      readonly id: string;
      readonly version: string;
      readonly url: string;
      readonly checksum: Checksum;
      /** The path of each tool in the archive. */
      readonly members: Partial<Record<ToolName, string>>;
      readonly mebibytes: number;
    }
  | {
      /** One static binary out of a container image, every part verified by its digest. */
      readonly kind: "image";
      readonly id: string;
      readonly version: string;
      /** The registry's address, such as `https://ghcr.io`. */
      readonly registry: string;
      readonly repository: string;
      readonly platform: Platform;
      /** Digest of the index with all platforms (`sha256:…`), which the version's tag stands for. */
      readonly digest: string;
      /** Path of the binary in the image, without a leading slash. */
      readonly member: string;
      readonly tool: ToolName;
      readonly mebibytes: number;
    };

/** A maker who has no build of that version for that platform, and the reason, shown to the user. */
export interface NoDownload {
  readonly kind: "none";
  readonly because: string;
}

export type DownloadFor = (platform: Platform, endpoints: Endpoints) => Download | NoDownload;

/** The tools that a download brings. */
export function toolsOf(download: Download): ToolName[] {
  return download.kind === "archive" ? (Object.keys(download.members) as ToolName[]) : [download.tool];
}

/** The first address that a download asks. */
export function addressOf(download: Download): string {
  return download.kind === "image" ? `${download.registry}/v2/${download.repository}` : download.url;
}

/**
 * Kubernetes publishes the control plane for Linux alone
 * (https://kubernetes.io/releases/download/); for macOS there are kwok's own builds, which kwokctl takes by itself
 * as well (https://kwok.sigs.k8s.io/docs/user/kwokctl-platform-specific-binaries/). Those follow every release of
 * Kubernetes by a day; a version that is missing there answers 404, and is built.
 */
export function kubernetes(tool: ToolName, mebibytes: number): DownloadFor {
  return (platform, endpoints) => {
    const version = versions.kubernetes;
    const official = platform.os === "linux" || tool === "kubectl";
    if (official) {
      const url = `${endpoints.kubernetes}/release/${version}/bin/${platform.os}/${platform.arch}/${tool}`;
      const checksum: Checksum = { kind: "single", url: `${url}.sha256` };
      return { kind: "binary", id: tool, version, url, checksum, tool, mebibytes };
    }
    const tag = `${version}-kwok.0-${platform.os}-${platform.arch}`;
    return { ...githubAsset("kwok-ci/k8s", tag, tool, endpoints), id: tool, version, tool, mebibytes };
  };
}

/** https://github.com/etcd-io/etcd/releases: a tarball for Linux, a zip for macOS, one SHA256SUMS. */
export const etcd: DownloadFor = (platform, endpoints) => {
  const version = versions.etcd;
  const folder = `etcd-${version}-${platform.os}-${platform.arch}`;
  const entry = `${folder}.${platform.os === "linux" ? "tar.gz" : "zip"}`;
  const release = `${endpoints.github}/etcd-io/etcd/releases/download/${version}`;
  return {
    kind: "archive",
    id: "etcd",
    version,
    url: `${release}/${entry}`,
    checksum: { kind: "list", url: `${release}/SHA256SUMS`, entry },
    members: { etcd: `${folder}/etcd` },
    mebibytes: 24,
  };
};

/** https://github.com/kubernetes-sigs/kwok/releases: bare binaries, no checksum files. */
export function kwok(tool: "kwok" | "kwokctl"): DownloadFor {
  return (platform, endpoints) => {
    const version = versions.kwok;
    const entry = `${tool}-${platform.os}-${platform.arch}`;
    const asset = githubAsset("kubernetes-sigs/kwok", version, entry, endpoints);
    return { ...asset, id: tool, version, tool, mebibytes: 60 };
  };
}

/** The official images, https://fluxcd.io/flux/installation/#prerequisites; each has one static binary. */
export function fluxController(
  controller: FluxController,
  tool: ToolName,
  version: string,
  digest: string,
): DownloadFor {
  return (platform, endpoints) => {
    if (platform.os !== "linux") {
      return { kind: "none", because: "Flux publishes its controllers as Linux images only" };
    }
    return {
      kind: "image",
      id: tool,
      version,
      registry: endpoints.registry,
      repository: `fluxcd/${controller}`,
      platform,
      digest,
      member: `usr/local/bin/${controller}`,
      tool,
      mebibytes: 40,
    };
  };
}

/** The CLI, the Node language host and the script of dynamic resources: https://www.pulumi.com/docs/install/versions/ */
export const pulumi: DownloadFor = (platform, endpoints) => {
  const version = versions.pulumi;
  const entry = `pulumi-${version}-${platform.os}-${platform.arch === "amd64" ? "x64" : "arm64"}.tar.gz`;
  const sums = `pulumi-${version.slice(1)}-checksums.txt`;
  return {
    kind: "archive",
    id: "pulumi-sdk",
    version,
    url: `${endpoints.pulumi}/releases/sdk/${entry}`,
    checksum: { kind: "list", url: `${endpoints.pulumi}/releases/sdk/${sums}`, entry },
    members: {
      pulumi: "pulumi/pulumi",
      "pulumi-language-nodejs": "pulumi/pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs": "pulumi/pulumi-resource-pulumi-nodejs",
    },
    mebibytes: 160,
  };
};

/** https://helm.sh/docs/intro/install/#from-the-binary-releases */
export const helm: DownloadFor = (platform, endpoints) => {
  const version = versions.helm;
  const entry = `helm-${version}-${platform.os}-${platform.arch}.tar.gz`;
  const url = `${endpoints.helm}/${entry}`;
  return {
    kind: "archive",
    id: "helm",
    version,
    url,
    checksum: { kind: "list", url: `${url}.sha256sum`, entry },
    members: { helm: `${platform.os}-${platform.arch}/helm` },
    mebibytes: 20,
  };
};

/** An asset of a GitHub release whose maker publishes no checksum of it. */
function githubAsset(
  repository: string,
  tag: string,
  entry: string,
  endpoints: Endpoints,
): { kind: "binary"; url: string; checksum: Checksum } {
  return {
    kind: "binary",
    url: `${endpoints.github}/${repository}/releases/download/${tag}/${entry}`,
    checksum: {
      kind: "release",
      url: `${endpoints.githubApi}/repos/${repository}/releases/tags/${tag}`,
      entry,
    },
  };
}
