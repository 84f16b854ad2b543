import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { labEnvironment, shellLines } from "../../lab/environment.ts";
import { labPaths } from "../../lab/paths.ts";
import { portNames, type Ports } from "../../lab/ports.ts";

const paths = labPaths(mkdtempSync(join(tmpdir(), "slipway-environment-")));
const ports = Object.fromEntries(portNames.map((name, index) => [name, 20000 + index])) as unknown as Ports;

beforeAll(() => {
  mkdirSync(paths.gitHost, { recursive: true });
  writeFileSync(join(paths.gitHost, "token"), "lab-token\n");
  writeFileSync(join(paths.gitHost, "known_hosts"), "lab-host-key\n");
  mkdirSync(join(paths.gitHost, "gitlab"), { recursive: true });
  writeFileSync(join(paths.gitHost, "gitlab", "token"), "lab-gitlab-token\n");
  writeFileSync(join(paths.gitHost, "gitlab", "known_hosts"), "lab-gitlab-key\n");
});
afterAll(() => rmSync(paths.root, { recursive: true }));

/** Settings of a user that would lead a command elsewhere, or change what it does. */
const foreign: readonly string[] = [
  ...["KUBECONFIG", "KUBERNETES_MASTER", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"],
  "KUBECTL_EXTERNAL_DIFF",
  ...["GITHUB_TOKEN", "GITHUB_OWNER", "GITHUB_BASE_URL", "GITHUB_ORGANIZATION", "GITHUB_APP_ID"],
  ...["GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PEM_FILE", "GH_TOKEN", "GH_HOST", "GH_ENTERPRISE_TOKEN"],
  ...[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
  ],
  ...[
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_PROXY_COMMAND",
    "GIT_ASKPASS",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG",
  ],
  ...["GIT_CONFIG_COUNT", "GIT_TEMPLATE_DIR", "GIT_EXEC_PATH", "GIT_ALLOW_PROTOCOL"],
  ...["PULUMI_ACCESS_TOKEN", "PULUMI_STACK", "PULUMI_CONFIG", "PULUMI_HOME", "PULUMI_BACKEND_URL"],
  ...[
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_DEBUG_PROVIDERS",
    "PULUMI_PREFER_YARN",
  ],
  ...["PULUMI_K8S_DELETE_UNREACHABLE", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "PULUMI_TARGETS"],
  ...["NODE_OPTIONS", "NODE_PATH", "SLIPWAY_KNOWN_HOSTS", "SLIPWAY_ONLY_LOCAL"],
  ...["GITHUB_STATUS_TOKEN", "GITLAB_STATUS_TOKEN", "SLIPWAY_RECEIVER_URL"],
];

describe.each(foreign)("a user's %s", (name) => {
  test("reaches no command that the lab runs", async () => {
    vi.stubEnv(name, "hostile");
    const env = await labEnvironment(paths, ports);
    vi.unstubAllEnvs();
    expect(Object.values(env)).not.toContain("hostile");
  });

  test("is not in a shell that has evaluated `lab env`", async () => {
    const env = { PATH: "/usr/bin:/bin", [name]: "hostile" };
    const script = `${await shellLines(paths, ports, env)}\nenv`;
    // As bash does where its input is a socket, a shell would else read start-up files.
    const said = execFileSync("/bin/sh", ["-c", script], {
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(said).toContain("GITHUB_TOKEN=lab-token\n");
    expect(said).not.toContain("hostile");
  });
});

test.each(["HTTP_PROXY", "https_proxy", "ALL_PROXY", "NODE_USE_ENV_PROXY"])(
  "a user's %s reaches no command that the lab runs; in the user's shell the lab is an exception from it",
  async (name) => {
    vi.stubEnv(name, "http://hostile.invalid");
    const env = await labEnvironment(paths, ports);
    vi.unstubAllEnvs();
    expect(Object.values(env)).not.toContain("http://hostile.invalid");
    const lines = await shellLines(paths, ports, {
      [name]: "http://hostile.invalid",
      NO_PROXY: "mine.example",
    });
    expect(lines).toContain("NO_PROXY='mine.example,127.0.0.1,localhost'");
  },
);

test("who the user is for Git stays the user's", async () => {
  const lines = await shellLines(paths, ports, { GIT_AUTHOR_NAME: "Me" });
  expect(lines).not.toContain("GIT_AUTHOR_NAME");
});

test("what Node has compiled is kept where the next lab finds it, outside of this one", async () => {
  vi.stubEnv("SLIPWAY_CACHE", "/a/cache");
  const env = await labEnvironment(paths, ports);
  vi.unstubAllEnvs();
  expect(env["NODE_COMPILE_CACHE"]).toBe("/a/cache/compiled");
});
