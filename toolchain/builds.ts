import type { FluxController, ToolName } from "./tool-names.ts";
import { versions } from "./versions.ts";

/** One `go build`: what it compiles, what it leaves, and what it costs. */
export interface Build {
  readonly id: string;
  /** The version in the name of its folder in the cache. */
  readonly version: string;
  /** Folder beside this file with the go.mod, the committed go.sum and our own mains. */
  readonly module: "cluster" | "flux-2.9.4" | "pulumi" | "language-nodejs" | "github-provider";
  /** What is compiled: an import path, or a path in the module's folder. */
  readonly package: string;
  /** The file that is made. */
  readonly binary: string;
  /** The tools that it is; more than one for a binary that looks at the name it is called by. */
  readonly tools: readonly ToolName[];
  /** `-X` values of the linker: without them the tools give a wrong version. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Something in a module's own file that is built otherwise. */
  readonly change?: Change;
  /**
   * Seconds on two cores in the order of `builds`, each profiting from what those before it compiled, modules
   * downloading as needed. Measured once while other work took part of the machine; an idle one with all modules
   * there needs about two thirds.
   */
  readonly seconds: number;
  /** Size of the finished binary. */
  readonly mebibytes: number;
  /** A module that is in Go's module cache when this build has little left to download. */
  readonly landmark: string;
}

/** One passage of one file of a module, replaced for the build: https://pkg.go.dev/cmd/go (`-overlay`). */
export interface Change {
  /** Name of the file in the folder of the build's package. */
  readonly file: string;
  /** What stands there, once. */
  readonly from: string;
  readonly to: string;
}

/**
 * The host puts a monitor of its own before the engine's, which knows the calls of its time only and refuses the
 * program's error hooks. The program gets the engine's monitor itself, and so all that this engine can do.
 */
const engineMonitor: Change = {
  file: "main.go",
  from: 'fmt.Sprintf("127.0.0.1:%d", handle.Port), pipes.directory())',
  to: "req.GetMonitorAddress(), pipes.directory())",
};

const pulumiVersion = {
  "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": versions.pulumi,
} as const;

/** All builds, in the order in which they are made: what the lab needs first comes first. */
export const builds: readonly Build[] = [
  {
    id: "control-plane",
    version: versions.kubernetes,
    module: "cluster",
    package: "./control-plane",
    binary: "control-plane",
    tools: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"],
    stamps: {
      "k8s.io/component-base/version.gitVersion": versions.kubernetes,
      "k8s.io/component-base/version.gitMajor": "1",
      "k8s.io/component-base/version.gitMinor": "36",
    },
    seconds: 330,
    mebibytes: 129,
    landmark: `k8s.io/kubernetes@${versions.kubernetes}`,
  },
  cluster("kwok", versions.kwok, "sigs.k8s.io/kwok/cmd/kwok", 15, 61, "sigs.k8s.io/kwok", {
    "sigs.k8s.io/kwok/pkg/consts.Version": versions.kwok,
  }),
  cluster("kwokctl", versions.kwok, "sigs.k8s.io/kwok/cmd/kwokctl", 10, 52, "sigs.k8s.io/kwok", {
    "sigs.k8s.io/kwok/pkg/consts.Version": versions.kwok,
  }),
  {
    id: "pulumi",
    version: versions.pulumi,
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    binary: "pulumi",
    tools: ["pulumi"],
    stamps: pulumiVersion,
    seconds: 200,
    mebibytes: 110,
    landmark: `github.com/pulumi/pulumi/pkg/v3@${versions.pulumi}`,
  },
  {
    id: "pulumi-language-nodejs",
    version: `${versions.pulumi}-of-${versions.languageNodejsModule}`,
    module: "language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    binary: "pulumi-language-nodejs",
    tools: ["pulumi-language-nodejs"],
    stamps: pulumiVersion,
    change: engineMonitor,
    seconds: 20,
    mebibytes: 18,
    landmark: `github.com/pulumi/pulumi/sdk/v3@${versions.languageNodejsModule}`,
  },
  flux("source-controller", versions.sourceController, 110, 97),
  flux("kustomize-controller", versions.kustomizeController, 40, 82),
  flux("helm-controller", versions.helmController, 30, 76),
  flux("notification-controller", versions.notificationController, 15, 76),
  {
    id: "pulumi-resource-github",
    version: versions.githubProvider,
    module: "github-provider",
    package: ".",
    binary: "pulumi-resource-github",
    tools: ["pulumi-resource-github"],
    stamps: {},
    seconds: 55,
    mebibytes: 43,
    landmark: "github.com/pulumi/pulumi-terraform-bridge/v3@v3.137.0",
  },
  cluster("helm", versions.helm, "helm.sh/helm/v4/cmd/helm", 10, 62, "helm.sh/helm/v4", {
    "helm.sh/helm/v4/internal/version.version": versions.helm,
  }),
  // After those of v2.9.3: what the two releases have in common is compiled by then.
  flux294("source-controller", "source-controller-v1.9.4", versions.flux294.sourceController, 30, 97),
  flux294(
    "notification-controller",
    "notification-controller-v1.9.3",
    versions.flux294.notificationController,
    12,
    76,
  ),
];

/** What a complete set of builds takes, in MiB: Go's module cache and its build cache, as `du` said after one. */
export const diskNeeds = { modules: 6200, buildCache: 5000 } as const;

/** The build that makes a tool. */
export function buildOf(tool: ToolName): Build | undefined {
  return builds.find((build) => build.tools.includes(tool));
}

/** What the linker is told, and the rest of the flags that decide the outcome; part of the cache's key. */
export function flagsOf(build: Build): string[] {
  const stamps = Object.entries(build.stamps).map(([name, value]) => `-X ${name}=${value}`);
  return [
    "-trimpath",
    "-buildvcs=false",
    "-mod=readonly",
    "-gcflags=all=-dwarf=false",
    `-ldflags=${["-s -w", ...stamps].join(" ")}`,
  ];
}

/**
 * Seconds that a build should take on that many cores. Linking and the longest chain of packages do not get faster
 * with more of them, so a fifth of the time stays.
 */
export function expectedSeconds(build: Build, cores: number): number {
  return build.seconds * (0.2 + (0.8 * 2) / Math.max(1, cores));
}

function cluster(
  tool: ToolName,
  version: string,
  importPath: string,
  seconds: number,
  mebibytes: number,
  modulePath: string,
  stamps: Readonly<Record<string, string>>,
): Build {
  return {
    id: tool,
    version,
    module: "cluster",
    package: importPath,
    binary: tool,
    tools: [tool],
    stamps,
    seconds,
    mebibytes,
    landmark: `${modulePath}@${version}`,
  };
}

function flux(tool: FluxController, version: string, seconds: number, mebibytes: number): Build {
  const importPath = `github.com/fluxcd/${tool}`;
  return cluster(tool, version, importPath, seconds, mebibytes, importPath, {});
}

/** A controller that v2.9.4 changed: one go.mod has one version of a module only, so these have their own. */
function flux294(
  controller: FluxController,
  tool: ToolName,
  version: string,
  seconds: number,
  mebibytes: number,
): Build {
  const build = flux(controller, version, seconds, mebibytes);
  return { ...build, id: tool, module: "flux-2.9.4", binary: tool, tools: [tool] };
}
