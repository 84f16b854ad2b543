// The first half of every npm command (and no `pre` script, which npm leaves out under `ignore-scripts`), on the machine's
// own Node (20 or later) and with no dependencies: makes sure that the packages of the lockfile are installed, the Node
// that runs everything else among them. Speaks on stderr only.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(checkout, "node_modules");

/** Ends with a reason and a way out. */
function giveUp(reason, wayOut) {
  console.error(`\nslipway: ${reason}\n  ${wayOut}`);
  process.exit(1);
}

function checkMachine() {
  if (process.platform === "win32") {
    giveUp(
      "Windows itself is not supported",
      "Work in WSL 2, where it is Linux: https://learn.microsoft.com/windows/wsl/install",
    );
  }
  if (!["linux", "darwin"].includes(process.platform) || !["x64", "arm64"].includes(process.arch)) {
    giveUp(
      `${process.platform} on ${process.arch} is not supported`,
      "Use Linux or macOS on x64 or arm64, for example in a container or a virtual machine",
    );
  }
  if (versionOf(process.version) < versionOf("20"))
    giveUp(`Node ${process.version} is too old`, "Install Node 20 or later: https://nodejs.org/en/download");
  if (spawnSync("git", ["--version"], { stdio: "ignore" }).status !== 0)
    giveUp("git is not on PATH", "Install it: https://git-scm.com/downloads");
}

/** The version of a Node; 0 if that is none, or not for this machine. */
function readVersion(program) {
  return versionOf(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "");
}

/** A version as a number to compare by: 22.18.0 is 22018. */
function versionOf(text) {
  const [major = 0, minor = 0] = text.replace(/^v/, "").split(".").map(Number);
  return major * 1000 + minor;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules has what package-lock.json wants. npm writes a list of what it has installed as its last step,
 * so an installation that was interrupted has none.
 */
function isInstalled() {
  const wanted = readJson(join(checkout, "package-lock.json"))?.packages ?? {};
  const present = readJson(join(modules, ".package-lock.json"))?.packages;
  if (present === undefined) return false;
  const missing = Object.entries(wanted).filter(
    ([path, { optional }]) => path !== "" && present[path] === undefined && optional !== true,
  );
  const other = Object.entries(present).filter(([path, { version }]) => wanted[path]?.version !== version);
  return missing.length === 0 && other.length === 0;
}

function install() {
  const { bavail, bsize } = statfsSync(checkout);
  if (bavail * bsize < 1.5 * 2 ** 30) {
    giveUp(
      `${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB of disk are free in ${checkout}, and the dependencies need 1.5`,
      "Make room there, then type the same again",
    );
  }
  console.error("Installing the dependencies of package-lock.json (about 1 GiB, half a minute to two) …");
  const began = Date.now();
  // npm itself, as it runs this script; another package manager does not know `ci`.
  const cli = process.env.npm_execpath ?? "";
  const [npm, ...first] = /npm-cli\.c?js$/.test(cli) ? [process.execPath, cli] : ["npm"];
  const args = [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(npm, args, { cwd: checkout, stdio: ["ignore", 2, 2] });
  if (error?.code === "ENOENT")
    giveUp("npm is not on PATH", "Install it; it comes with Node: https://nodejs.org/en/download");
  if (status !== 0) {
    giveUp(
      "the dependencies could not be installed; npm says why above",
      "Is the npm registry in reach (npm ping)? Behind a proxy or mirror, tell npm: npm config set proxy … or registry …",
    );
  }
  console.error(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

/**
 * The package `node` gets its program by an install script. Where npm was told to run none, this runs that one, which
 * is known; and a machine whose own Node is new enough can do without.
 */
function ensureNode() {
  const folder = join(modules, "node");
  const program = join(folder, "bin", "node");
  const wanted = readJson(join(folder, "package.json"))?.version ?? "?";
  const works = () => readVersion(program) === versionOf(wanted);
  if (!works() && readVersion(command) < oldest) {
    console.error(`Fetching Node ${wanted} …`);
    spawnSync(process.execPath, ["installArchSpecificPackage.js"], { cwd: folder, stdio: ["ignore", 2, 2] });
  }
  if (readVersion(command) >= oldest) return;
  if (works()) return link("../node/bin/node");
  if (versionOf(process.version) < oldest) {
    giveUp(
      `Node ${wanted} could not be installed from npm, and this machine's ${process.version} is too old for TypeScript`,
      "Is the npm registry in reach (npm ping)? Or install Node 22.18 or later: https://nodejs.org/en/download",
    );
  }
  console.error(`Node ${wanted} cannot be had here: going on with this machine's ${process.version}.`);
  link(process.execPath);
}

/** The Node that runs everything but this script. */
const command = join(modules, ".bin", "node");
/** The first that runs TypeScript as it is. */
const oldest = versionOf("22.18");

function link(target) {
  rmSync(command, { force: true });
  symlinkSync(target, command);
}

/** One installation at a time: of two commands typed at once, the second waits for the first. */
function alone(work) {
  const name = createHash("sha256").update(checkout).digest("hex").slice(0, 16);
  const lock = join(tmpdir(), `slipway-setup-${process.getuid?.() ?? 0}-${name}`);
  for (let told = false; !take(lock); told = true) {
    const holder = Number(readJson(join(lock, "pid")));
    // A lock without a number is one that is being taken just now, or was left so; a second decides.
    const dead = Number.isInteger(holder) ? !lives(holder) : told;
    if (dead) rmSync(lock, { recursive: true, force: true });
    else if (!told) console.error(`Process ${holder} installs the dependencies already: waiting for it …`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  }
  process.on("exit", () => rmSync(lock, { recursive: true, force: true }));
  work();
}

function take(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(lock, "pid"), String(process.pid));
  return true;
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

try {
  checkMachine();
  alone(() => {
    if (!isInstalled()) install();
    ensureNode();
  });
} catch (error) {
  if (error.code !== "ENOSPC" && error.code !== "EDQUOT") throw error;
  giveUp(`the disk is full (${error.message})`, "Make room, then type the same again");
}
