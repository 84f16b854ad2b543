import { homedir, tmpdir } from "node:os";
import { findOnPath } from "./commands.ts";
import { makerHosts, redirectHosts } from "./downloads.ts";
import { ToolchainError, withoutCredentials } from "./errors.ts";
import type { Platform } from "./platform.ts";
import { run } from "./run.ts";

/** The Go that builds, and what it was found to be set to. */
export interface GoSetup {
  readonly binary: string;
  /** Such as `1.26.8`. */
  readonly version: string;
  /** The whole environment for a build. */
  readonly env: NodeJS.ProcessEnv;
  readonly moduleCache: string;
  readonly buildCache: string;
  /** Where modules come from, without credentials. */
  readonly proxy: string;
}

/** The oldest Go that builds the pinned modules: their go.mod files say 1.26. */
export const oldestGo = [1, 26] as const;

/** Settings of Go that say where modules are from and are kept: the user's word counts. */
const keptSettings = [
  "GOPROXY",
  "GONOPROXY",
  "GOSUMDB",
  "GONOSUMDB",
  "GOPRIVATE",
  "GOINSECURE",
  "GOAUTH",
  "GOVCS",
  "GOMODCACHE",
  "GOCACHE",
  "GOPATH",
  "GOTOOLCHAIN",
] as const;

/** Variables outside of Go that a download of modules may depend on. */
const keptVariables = [
  "PATH",
  "HOME",
  "USER",
  "NETRC",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
] as const;

/** Flags of GOFLAGS that cannot break a build of ours. Everything else in there is left out. */
const keptFlags = /^--?(?:p|modcacherw)(?:=|$)/;

/**
 * Finds Go and makes an environment for it in which nothing of the user's can break the build: GOOS, GOFLAGS, tags,
 * workspaces and the settings of `go env -w` stay out, while proxies, caches and checksum settings stay.
 *
 * @param wanted the tools that need it, for the message
 * @throws ToolchainError when PATH has no Go, or one that is too old and may not fetch a newer one itself
 */
export async function findGo(
  platform: Platform,
  wanted: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<GoSetup> {
  const binary = await findOnPath("go", env);
  if (binary === undefined) throw new ToolchainError(wayOut(`PATH has no go`, wanted));
  const outside = Object.fromEntries(
    Object.entries(env).filter(([name]) => !["GOFLAGS", "GOOS", "GOARCH", "GOROOT", "GOWORK"].includes(name)),
  );
  // From the temporary folder: in a checkout, `go env` would already act on some go.mod.
  const asked = await run(binary, ["env", "-json", "GOVERSION", "GOFLAGS", ...keptSettings], {
    env: { HOME: homedir(), ...outside, GOFLAGS: "" },
    cwd: tmpdir(),
    timeoutMs: 60_000,
  });
  if (asked.code !== 0) {
    throw new ToolchainError(
      wayOut(`\`${binary} env\` fails: ${withoutCredentials(asked.stderr.trim())}`, wanted),
    );
  }
  const settings = JSON.parse(asked.stdout) as Record<string, string | undefined>;
  const version = (settings.GOVERSION ?? "").replace(/^go/, "");
  if (!isNewEnough(version) && !mayFetchItself(version, settings.GOTOOLCHAIN ?? "")) {
    throw new ToolchainError(
      wayOut(`${binary} is Go ${version === "" ? "of an unknown version" : version}`, wanted),
    );
  }
  return {
    binary,
    version,
    env: buildEnvironment(settings, platform, env),
    moduleCache: settings.GOMODCACHE ?? "",
    buildCache: settings.GOCACHE ?? "",
    proxy: withoutCredentials(settings.GOPROXY ?? ""),
  };
}

/** The environment of a build, made from what `go env` said and from what of the user's may stay. */
export function buildEnvironment(
  settings: Readonly<Record<string, string | undefined>>,
  platform: Platform,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = { HOME: homedir() };
  for (const name of keptVariables) if (env[name] !== undefined) kept[name] = env[name];
  for (const name of keptSettings) {
    const value = settings[name];
    if (value !== undefined && value !== "") kept[name] = value;
  }
  return {
    ...kept,
    GOENV: "off",
    GOWORK: "off",
    GOFLAGS: safeFlags(env.GOFLAGS ?? ""),
    GOOS: platform.os,
    GOARCH: platform.arch,
    CGO_ENABLED: "0",
  };
}

/** GOFLAGS without what could break or change a build. */
export function safeFlags(flags: string): string {
  return flags
    .split(/\s+/)
    .filter((flag) => keptFlags.test(flag))
    .join(" ");
}

/** Whether a version such as `1.26.8`, `1.27rc1` or `1.26-custom` is at least `oldestGo`. */
export function isNewEnough(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return version.startsWith("devel");
  return Number(major) > oldestGo[0] || (Number(major) === oldestGo[0] && Number(minor) >= oldestGo[1]);
}

/** From 1.21 on, Go fetches the version that a go.mod asks for, unless it is told not to: https://go.dev/doc/toolchain */
function mayFetchItself(version: string, toolchain: string): boolean {
  const minor = /^1\.(\d+)/.exec(version)?.[1] ?? "0";
  return Number(minor) >= 21 && /(^|\+)auto$/.test(toolchain);
}

function wayOut(found: string, wanted: readonly string[]): string {
  const hosts = [...makerHosts(), ...redirectHosts];
  return [
    `Go ${oldestGo.join(".")} or newer is needed to build ${wanted.join(", ")}, and ${found}.`,
    "Do one of these:",
    `  - install Go: https://go.dev/doc/install`,
    `  - let this machine reach the tools' makers, so that nothing has to be built: ${hosts.join(", ")}`,
    "  - put the pinned versions on PATH: `node toolchain/cli.ts list` names them",
  ].join("\n");
}
