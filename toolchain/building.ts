import { availableParallelism } from "node:os";
import { join } from "node:path";
import { buildFolder, goBuild } from "./build.ts";
import { BuildPlan } from "./build-plan.ts";
import { builds, type Build } from "./builds.ts";
import type { Context } from "./context.ts";
import { checkDisk } from "./disk.ts";
import { findGo, type GoSetup } from "./go.ts";
import { duration } from "./progress.ts";
import type { ToolName } from "./tool-names.ts";
import type { Tool } from "./tools.ts";

/**
 * Builds these tools from their Go modules into the cache, one after the other, the first needed first.
 *
 * @throws ToolchainError without Go, without room on the disk, or when a build fails
 */
export async function buildTools(wanted: readonly Tool[], context: Context): Promise<Map<ToolName, string>> {
  const { progress, cache, modules } = context;
  const names = wanted.map(({ name }) => name);
  const needed = builds.filter((build) => build.tools.some((tool) => names.includes(tool)));
  const go = await findGo(context.platform, names, context.env);
  const cores = availableParallelism();
  const plan = new BuildPlan(needed, cores);
  progress.note(
    `Building ${needed.map(({ id }) => id).join(", ")} with Go ${go.version}: about ${duration(plan.total)} on ` +
      `${cores} cores, less where Go has compiled parts of it before. This is needed once; ` +
      "when interrupted, the next run goes on from there.",
  );
  const warning = await checkDisk(needed, builds, go, cache);
  if (warning !== undefined) progress.note(warning);

  const paths = new Map<ToolName, string>();
  for (const build of needed) {
    const folder = await buildFolder(build, cache, modules);
    await buildOne(build, go, folder, plan, context);
    for (const tool of build.tools) paths.set(tool, join(folder, tool));
  }
  return paths;
}

async function buildOne(
  build: Build,
  go: GoSetup,
  folder: string,
  plan: BuildPlan,
  context: Context,
): Promise<void> {
  const { cache, progress, signal, modules } = context;
  const log = join(cache.logs, `build-${build.id}.log`);
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const lock = {
    onWait: (pid: number) => progress.note(`Process ${pid} is building ${build.id} already: waiting for it.`),
    ...(signal === undefined ? {} : { signal }),
  };
  const made = await progress.during(
    (elapsed) => plan.status(build, elapsed),
    () =>
      cache.fill(folder, build.tools, `built by Go ${go.version}`, lock, (temporary) =>
        goBuild(build, go, temporary, log, signal, modules),
      ),
  );
  if (made) plan.made(build, seconds());
  else plan.skipped();
  progress.note(
    made ? `Built ${build.id} in ${duration(seconds())}.` : `${build.id} is there: another process built it.`,
  );
}
