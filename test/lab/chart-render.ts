import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { seedFiles, type SeedRole } from "../../components/git/seed-files.ts";
import { placeholderImage, type SeedValues } from "../../components/git/seed-values.ts";

/** The values that the reference system spring-app is seeded with in the lab. */
export const springApp: SeedValues = {
  app: "spring-app",
  owner: "acme",
  owners: "@acme/platform",
  namespace: "spring-app-namespace",
  appRepository: "spring-app",
  chartsRepository: "charts",
  fluxcdRepository: "fluxcd",
  ...placeholderImage,
};

/**
 * The pinned tool of that name, in the folder that SLIPWAY_TOOLS names.
 *
 * @throws an Error that says how to get it
 */
export function pinnedTool(name: string): string {
  const folder = process.env["SLIPWAY_TOOLS"];
  if (!folder)
    throw new Error(`SLIPWAY_TOOLS is not set: set it to the folder with ${name}, or run npm test.`);
  const path = join(folder, name);
  if (!existsSync(path))
    throw new Error(`SLIPWAY_TOOLS has no ${name}: ${path} is not there. Run npm test, which makes it.`);
  return path;
}

/** The environment of commands under test: nothing of the machine's but a PATH, with the pinned tools first. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: [dirname(pinnedTool("helm")), process.env["PATH"]].join(":"),
    HOME: home,
    TMPDIR: home,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    LC_ALL: "C",
  };
}

/** Writes the seed of a repository to a folder, as its first commit has it. */
export function writeSeed(role: SeedRole, values: SeedValues, folder: string): void {
  for (const { path, content, executable } of seedFiles(role, values, "github")) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: executable ? 0o755 : 0o644 });
  }
}

/**
 * What the charts' README documents as the first release: the seeded chart, rendered with the environment's values
 * and with the public image. Files by name, as the pipeline commits them: as helm writes them, but for the empty line
 * at the end, which Helm 4 makes and Helm 3 does not.
 */
export function renderFirstRelease(values: SeedValues, work: string): Record<string, string> {
  writeSeed("charts", values, join(work, "charts"));
  writeSeed("fluxcd", values, join(work, "fluxcd"));
  const args = ["template", values.app, values.app, "--namespace", values.namespace];
  args.push("--values", `../fluxcd/values/${values.app}.yaml`);
  args.push("--values", `${values.app}/ci/placeholder-values.yaml`, "--output-dir", join(work, "rendered"));
  execFileSync(pinnedTool("helm"), args, {
    cwd: join(work, "charts"),
    env: cleanEnvironment(work),
    stdio: "pipe",
  });
  const files = filesIn(join(work, "rendered", values.app, "templates"));
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replace(/\n+$/, "\n")]));
}

/** The text of every file of a folder, by name. */
export function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}
