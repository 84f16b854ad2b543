/** What memory the lab takes while the platform stands, by part. */
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { componentStates } from "../../lab/cluster/components.ts";
import { clusterFolder } from "../../lab/lab.ts";
import { servicePid } from "../../lab/services.ts";
import { platformUp, type Bench } from "../bench-lab.ts";
import type { Row } from "../result.ts";

/** Milliseconds between two looks: garbage is collected in between. */
const pauseMs = 2000;

/**
 * Leaves the platform up.
 *
 * @returns no rows where the system has no /proc to read them from
 */
export async function measureMemory(bench: Bench): Promise<Row[]> {
  if (process.platform !== "linux") {
    bench.say("Memory is read from /proc, which this system does not have: left out.");
    return [];
  }
  await platformUp(bench);
  const series = new Map<string, number[]>();
  for (let run = 1; run <= bench.runs; run += 1) {
    await setTimeout(pauseMs, undefined, { signal: bench.signal });
    const sizes = await memoryByPart(bench);
    sizes.set(
      "all of it",
      [...sizes.values()].reduce((sum, size) => sum + size, 0),
    );
    for (const [part, size] of sizes) series.set(part, [...(series.get(part) ?? []), size]);
  }
  return [...series]
    .sort(([, a], [, b]) => Math.max(...b) - Math.max(...a))
    .map(([part, samples]) => ({ what: part === "all of it" ? part : `  ${part}`, unit: "MiB", samples }));
}

/** Proportional set size in MiB: what processes share counts once. */
async function memoryByPart({ lab: { paths } }: Bench): Promise<Map<string, number>> {
  const parts = new Map<string, number>();
  for (const { name, pid } of await componentStates(clusterFolder(paths))) {
    if (pid !== undefined) parts.set(name, pid);
  }
  for (const name of ["git-host", "process-node"]) {
    const pid = await servicePid(paths, name);
    if (pid !== undefined) parts.set(name, pid);
  }
  const processNode = parts.get("process-node");
  if (processNode !== undefined) {
    for (const pid of await childrenOf(processNode)) parts.set(await programOf(pid), pid);
  }
  const sizes = await Promise.all(
    [...parts].map(async ([name, pid]) => [name, await mebibytes(pid)] as const),
  );
  return new Map(sizes);
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]);
    }),
  );
  return pids.filter((_, index) => parents[index] === parent);
}

async function programOf(pid: number): Promise<string> {
  const [program = ""] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
  return basename(program);
}

async function mebibytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s*(\d+) kB$/m.exec(text)?.[1]) / 1024;
}
