import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explain, moduleRoot } from "../../toolchain/build.ts";
import { BuildPlan } from "../../toolchain/build-plan.ts";
import { buildOf, builds, expectedSeconds, flagsOf } from "../../toolchain/builds.ts";
import { requireCommand } from "../../toolchain/commands.ts";
import { buildEnvironment, isNewEnough, safeFlags, type GoSetup } from "../../toolchain/go.ts";
import { cacheRoot, currentPlatform } from "../../toolchain/platform.ts";
import { duration, Progress } from "../../toolchain/progress.ts";
import { officialEndpoints } from "../../toolchain/downloads.ts";
import { fluxPrograms, fluxReleases } from "../../toolchain/flux-controllers.ts";
import { defaultFluxVersion, fluxVersions } from "../../toolchain/flux-versions.ts";
import { toolNames } from "../../toolchain/tool-names.ts";
import { tools } from "../../toolchain/tools.ts";
import { versions } from "../../toolchain/versions.ts";

const goMod = (module: string): string => readFileSync(join(moduleRoot, module, "go.mod"), "utf8");

describe("the tables", () => {
  test("pin the versions that the go.mod files require", () => {
    const required: readonly (readonly [string, string, string])[] = [
      ["cluster", "k8s.io/kubernetes", versions.kubernetes],
      ["cluster", "go.etcd.io/etcd/server/v3", versions.etcd],
      ["cluster", "sigs.k8s.io/kwok", versions.kwok],
      ["cluster", "github.com/fluxcd/source-controller", versions.sourceController],
      ["cluster", "github.com/fluxcd/kustomize-controller", versions.kustomizeController],
      ["cluster", "github.com/fluxcd/helm-controller", versions.helmController],
      ["cluster", "github.com/fluxcd/notification-controller", versions.notificationController],
      ["flux-2.9.4", "github.com/fluxcd/source-controller", versions.flux294.sourceController],
      ["flux-2.9.4", "github.com/fluxcd/notification-controller", versions.flux294.notificationController],
      ["cluster", "helm.sh/helm/v4", versions.helm],
      ["pulumi", "github.com/pulumi/pulumi/pkg/v3", versions.pulumi],
      ["language-nodejs", "github.com/pulumi/pulumi/sdk/v3", versions.languageNodejsModule],
    ];
    for (const [module, path, version] of required) expect(goMod(module)).toContain(`${path} ${version}\n`);
  });

  test("know for every tool a build or a script, so that none depends on a download", () => {
    const without = toolNames.filter(
      (name) => buildOf(name) === undefined && tools[name].script === undefined,
    );
    expect(without).toEqual([]);
  });

  test("have programs of every release of Flux that a stack can choose, each the image's own", () => {
    expect(fluxReleases.toSorted()).toEqual(Object.keys(fluxVersions).toSorted());
    expect(fluxReleases).toContain(defaultFluxVersion);
    const images = fluxReleases.flatMap((release) => [...fluxPrograms(release)]);
    for (const [image, tool] of images) {
      const [, controller = "", version] = /^ghcr\.io\/fluxcd\/(.+):(.+)$/.exec(image) ?? [];
      expect(tool === controller || tool === `${controller}-${version ?? ""}`).toBe(true);
      expect(tools[tool].download({ os: "linux", arch: "amd64" }, officialEndpoints)).toMatchObject({
        repository: `fluxcd/${controller}`,
        member: `usr/local/bin/${controller}`,
        version,
        tool,
      });
    }
  });

  test("stamp the tools with the pinned versions", () => {
    const flags = builds.flatMap((build) => flagsOf(build));
    for (const version of [versions.kubernetes, versions.kwok, versions.pulumi, versions.helm]) {
      expect(flags.some((flag) => flag.includes(`=${version}`))).toBe(true);
    }
  });
});

describe("the environment of a build", () => {
  test("keeps what modules come from, and nothing that could break it", () => {
    const settings = { GOPROXY: "https://proxy.example", GOMODCACHE: "/m", GOCACHE: "/c", GONOSUMDB: "" };
    const env = buildEnvironment(
      settings,
      { os: "darwin", arch: "arm64" },
      {
        PATH: "/bin",
        HOME: "/home/me",
        HTTPS_PROXY: "http://proxy:3128",
        GOFLAGS: "-mod=vendor -p=1",
        GOOS: "windows",
        GOWORK: "/x/go.work",
        GOEXPERIMENT: "something",
        GITHUB_TOKEN: "secret",
        KUBECONFIG: "/x",
      },
    );
    expect(env).toEqual({
      PATH: "/bin",
      HOME: "/home/me",
      HTTPS_PROXY: "http://proxy:3128",
      GOPROXY: "https://proxy.example",
      GOMODCACHE: "/m",
      GOCACHE: "/c",
      GOENV: "off",
      GOWORK: "off",
      GOFLAGS: "-p=1",
      GOOS: "darwin",
      GOARCH: "arm64",
      CGO_ENABLED: "0",
    });
  });

  test.each([
    ["-mod=vendor -tags=x -p=2", "-p=2"],
    ["-modcacherw --p=1", "-modcacherw --p=1"],
    ["-modfile=x.mod -overlay=y -race", ""],
    ["", ""],
  ])("takes of GOFLAGS %j only %j", (flags, safe) => {
    expect(safeFlags(flags)).toBe(safe);
  });

  test.each([
    ["1.26.8", true],
    ["1.26", true],
    ["1.27rc1", true],
    ["2.0", true],
    ["1.25.9", false],
    ["1.3", false],
    ["", false],
  ])("Go %j is new enough: %j", (version, enough) => {
    expect(isNewEnough(version)).toBe(enough);
  });
});

describe("a failed build", () => {
  const go: GoSetup = {
    binary: "/go",
    version: "1.26.8",
    env: {},
    moduleCache: "/m",
    buildCache: "/c",
    proxy: "https://proxy.example",
  };
  const build = buildOf("kwok");
  if (build === undefined) throw new Error("kwok has no build");

  test.each([
    ["write /c/x: no space left on device", "the disk is full"],
    ["dial tcp: lookup proxy.example: no such host", "could not be downloaded from https://proxy.example"],
    ["reading https://proxy.example/x: 403 Forbidden", "does not serve a module"],
    ["compile: signal: killed", "too little memory"],
    ["missing go.sum entry for module", "go.sum does not fit"],
    ["x.go:1:2: syntax error", "see below"],
  ])("with %j says %j", (output, reason) => {
    const text = explain(build, go, `first\n${output}`, "/logs/kwok.log");
    expect(text).toContain(reason);
    expect(text).toContain(output);
    expect(text).toContain("/logs/kwok.log");
  });

  test("shows no credentials of a proxy", () => {
    const text = explain(build, go, "Get https://me:secret@proxy.example/x: no such host", "/log");
    expect(text).not.toContain("secret");
  });
});

describe("what is said while it builds", () => {
  const chosen = builds.slice(0, 3);
  const [first, second] = chosen;
  if (first === undefined || second === undefined) throw new Error("there are too few builds");

  test("counts down, adds up what follows, and is not ashamed of a wrong estimate", () => {
    const plan = new BuildPlan(chosen, 2);
    expect(plan.status(first, 30)).toMatch(
      /control-plane \(1 of 3\), 30 s: about 5 min to go, then about 25 s/,
    );
    expect(plan.status(first, 1000)).toContain("takes longer than the 6 min expected");
    plan.made(first, 3 * expectedSeconds(first, 2));
    expect(plan.status(second, 0)).toContain("about 45 s to go, then about 30 s");
  });

  test("expects less time of more cores, but not none", () => {
    expect(expectedSeconds(first, 8)).toBeLessThan(expectedSeconds(first, 2));
    expect(expectedSeconds(first, 1000)).toBeGreaterThan(first.seconds * 0.19);
  });

  test("is one line rewritten on a terminal, and lasting lines stand above it", async () => {
    const written: string[] = [];
    const progress = new Progress({
      stream: { write: (text) => written.push(text), isTTY: true, columns: 20 },
    });
    await progress.during(
      () => "a status that is longer than the terminal is wide",
      () => {
        progress.note("done");
        return Promise.resolve();
      },
    );
    expect(written).toEqual(["\r\u001B[Ka status that is lo", "\r\u001B[K", "done\n"]);
  });

  test.each([
    [0, "0 s"],
    [59.6, "1 min"],
    [80, "1 min 20 s"],
    [301, "5 min"],
  ])("%d seconds are %j", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe("this machine", () => {
  test("has its cache where its system wants it, or where SLIPWAY_CACHE says", () => {
    expect(cacheRoot({ HOME: "/h" }, "linux")).toBe("/h/.cache/slipway");
    expect(cacheRoot({ HOME: "/h", XDG_CACHE_HOME: "/x" }, "linux")).toBe("/x/slipway");
    expect(cacheRoot({ HOME: "/h", XDG_CACHE_HOME: "x" }, "linux")).toBe("/h/.cache/slipway");
    expect(cacheRoot({ HOME: "/h" }, "darwin")).toBe("/h/Library/Caches/slipway");
    expect(cacheRoot({ HOME: "/h", SLIPWAY_CACHE: "/s" }, "darwin")).toBe("/s");
  });

  test("is refused when it runs Windows, with the advice to use WSL", () => {
    expect(currentPlatform("linux", "x64")).toEqual({ os: "linux", arch: "amd64" });
    expect(() => currentPlatform("win32", "x64")).toThrow(/WSL 2/);
  });

  test("is told how to get a command that is missing", async () => {
    const missing = requireCommand("git", "to seed repositories", "apt install git", { PATH: "/nowhere" });
    await expect(missing).rejects.toThrow(/git is needed to seed repositories.*\n.*apt install git/);
  });
});
