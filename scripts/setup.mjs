// Runs before every npm command, on the machine's own Node (20 or later) and with no dependencies:
// installs them when they are missing or not those of the lockfile. Speaks on stderr only.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(checkout, "node_modules", ".slipway-lock");
const lock = createHash("sha256")
  .update(readFileSync(join(checkout, "package-lock.json")))
  .update(`${process.platform}-${process.arch}`)
  .digest("hex");

/** Ends with a reason and a way out. */
function giveUp(reason, wayOut) {
  console.error(`\nslipway: ${reason}\n  ${wayOut}`);
  process.exit(1);
}

const [major] = process.versions.node.split(".").map(Number);
if (major < 20)
  giveUp(`Node ${process.version} is too old`, "Install Node 20 or later: https://nodejs.org/en/download");
if (spawnSync("git", ["--version"], { stdio: "ignore" }).status !== 0) {
  giveUp("git is not on PATH", "Install it: https://git-scm.com/downloads");
}

const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
if (!installed) {
  const { bavail, bsize } = statfsSync(checkout);
  if (bavail * bsize < 1.5 * 2 ** 30) {
    giveUp(
      "less than 1.5 GiB of disk are free, and the dependencies need 1 GiB",
      "Free some space and run it again",
    );
  }
  console.error("Installing the dependencies of package-lock.json (about 1 GiB, half a minute to two) …");
  const began = Date.now();
  const npm = process.env.npm_execpath === undefined ? ["npm"] : [process.execPath, process.env.npm_execpath];
  const args = [...npm.slice(1), "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync(npm[0], args, { cwd: checkout, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    giveUp(
      "the dependencies could not be installed; npm says why above",
      "Is the npm registry in reach (npm ping)? Behind a proxy or mirror, set it: npm config set registry …",
    );
  }
  writeFileSync(stamp, lock);
  console.error(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}
