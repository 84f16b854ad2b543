import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const setup = fileURLToPath(new URL("../../scripts/setup.mjs", import.meta.url));
const version = process.version.slice(1);
/** A package of the checkout's own: npm links it, and a link has no version. */
const linked = {
  "node_modules/@own/sdk": { resolved: "sdks/own", link: true },
  "sdks/own": { version: "1.0.0" },
};
const lock = {
  packages: {
    "": {},
    ...linked,
    "node_modules/node": { version },
    "node_modules/extra": { version: "1.0.0", optional: true },
  },
};

/** A checkout with a lockfile, and an npm that installs what it is told to and notes how it was called. */
let checkout: string;
let npm: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "slipway-setup-"));
  npm = join(checkout, "npm", "npm-cli.js");
  for (const folder of ["scripts", "npm", "bin"]) mkdirSync(join(checkout, folder));
  copyFileSync(setup, join(checkout, "scripts", "setup.mjs"));
  writeFileSync(join(checkout, "package-lock.json"), JSON.stringify(lock));
  symlinkSync("/usr/bin/env", join(checkout, "bin", "env"));
  fakeNpm(`mkdirSync("node_modules/node/bin", { recursive: true });
    mkdirSync("node_modules/.bin");
    symlinkSync(process.execPath, "node_modules/node/bin/node");
    symlinkSync("../node/bin/node", "node_modules/.bin/node");`);
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function fakeNpm(install: string): void {
  const packages = { ...linked, "node_modules/node": { version } };
  writeFileSync(
    npm,
    `const { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } = require("node:fs");
    appendFileSync("npm/calls", process.argv.slice(2, 3) + "\\n");
    rmSync("node_modules", { recursive: true, force: true });
    ${install}
    writeFileSync("node_modules/node/package.json", ${JSON.stringify(JSON.stringify({ version }))});
    writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(JSON.stringify({ packages }))});`,
  );
}

const environment = () => ({ PATH: process.env["PATH"] ?? "", npm_execpath: npm, TMPDIR: checkout });
const calls = () =>
  existsSync(join(checkout, "npm", "calls")) ? readFileSync(join(checkout, "npm", "calls"), "utf8") : "";

function run(env: Record<string, string> = {}) {
  const args = [join(checkout, "scripts", "setup.mjs")];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    env: { ...environment(), ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("the set-up before every npm command", () => {
  test("installs by npm ci, once, and says nothing on stdout", () => {
    expect(run()).toMatchObject({ status: 0, stdout: "" });
    expect(run()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(calls()).toBe("ci\n");
  });

  test("installs again when the lockfile wants another version, or something more", () => {
    run();
    const more = { packages: { ...lock.packages, "node_modules/more": { version: "1.0.0" } } };
    writeFileSync(join(checkout, "package-lock.json"), JSON.stringify(more));
    run();
    expect(calls()).toBe("ci\nci\n");
  });

  test("installs again when an installation was interrupted", () => {
    run();
    rmSync(join(checkout, "node_modules", ".package-lock.json"));
    expect(run().status).toBe(0);
    expect(calls()).toBe("ci\nci\n");
  });

  test("leaves an installation alone that it has not made itself", () => {
    spawnSync(process.execPath, [npm, "install"], { cwd: checkout });
    expect(run()).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(calls()).toBe("install\n");
  });

  test("runs the install script of the package node where npm ran none", () => {
    fakeNpm(`mkdirSync("node_modules/node/bin", { recursive: true });
      mkdirSync("node_modules/.bin");
      writeFileSync("node_modules/node/installArchSpecificPackage.js",
        'require("node:fs").symlinkSync(process.execPath, "bin/node")');`);
    const ended = run();
    expect(ended.status, ended.stderr).toBe(0);
    const node = join(checkout, "node_modules", ".bin", "node");
    expect(spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim()).toBe(process.version);
  });

  test("goes on with the machine's own Node where the package's cannot be had", () => {
    fakeNpm(`mkdirSync("node_modules/node", { recursive: true }); mkdirSync("node_modules/.bin");`);
    const ended = run();
    expect(ended.stderr).toContain("going on with this machine's");
    expect(ended.status).toBe(0);
    expect(run()).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test("ends with the reason and the way out when npm fails", () => {
    writeFileSync(npm, `console.error("npm error network"); process.exit(1);`);
    const ended = run();
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/npm error network[^]*could not be installed[^]*npm ping/);
    expect(ended.stderr).not.toContain("at ");
  });

  test("ends with the way out where there is no git", () => {
    const ended = run({ PATH: join(checkout, "bin") });
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(/git is not on PATH\n.*git-scm\.com/);
    expect(calls()).toBe("");
  });

  test("installs once when it is typed twice at the same time", async () => {
    const once = () =>
      new Promise<number | null>((resolve) => {
        const args = [join(checkout, "scripts", "setup.mjs")];
        spawn(process.execPath, args, { env: environment(), stdio: "ignore" }).once("exit", resolve);
      });
    expect(await Promise.all([once(), once(), once()])).toEqual([0, 0, 0]);
    expect(calls()).toBe("ci\n");
  });

  test("takes over from one that was killed", () => {
    fakeNpm(`process.kill(process.ppid, "SIGKILL"); process.exit(1);`);
    expect(run().status).toBe(null);
    expect(readdirSync(checkout).filter((name) => name.startsWith("slipway-setup-"))).toHaveLength(1);
    fakeNpm(`mkdirSync("node_modules/node", { recursive: true }); mkdirSync("node_modules/.bin");`);
    expect(run().status).toBe(0);
    expect(readdirSync(checkout).filter((name) => name.startsWith("slipway-setup-"))).toEqual([]);
  });
});
