/** What more environments cost: up, a preview without change, and destroy. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { makeStack, platformDown, platformUp, pulumi, type Bench } from "../bench-lab.ts";
import type { Timed } from "../commands.ts";
import { cloneUrl, publish } from "../git.ts";
import { extraFiles, extras, growthStack, syncsEach, type StackFile } from "../growth-stack.ts";
import { project } from "../../lab/stacks.ts";
import type { Row } from "../result.ts";
import { bend, summary } from "../statistics.ts";

/** Seconds after which no further round of a size is begun. */
const budget = 60;

/** What the step to the last size may cost for each environment, in terms of the first step: linear is 1. */
const aim = 1.25;

/** Each command of a round, in the order in which they are measured. */
const commands = ["up", "preview", "destroy"] as const;
type Command = (typeof commands)[number];
type Series = Readonly<Record<Command, number[]>>;

/** Leaves nothing of the platform. */
export async function measureGrowth(bench: Bench): Promise<Row[]> {
  bench.say("The stack `dev` goes, and one with many environments comes …");
  await platformDown(bench);
  await makeStack(bench, "growth", project);
  await publish(bench, extras.repository, extraFiles());

  const measured: { size: number; series: Series }[] = [];
  for (const size of bench.sizes) measured.push({ size, series: await measureSize(bench, size) });
  return [
    ...measured.flatMap(({ size, series }) =>
      commands.map((command) => ({
        what: `${titles[command]}, ${size} environment${size === 1 ? "" : "s"} with ${syncsEach} syncs each`,
        unit: "s" as const,
        samples: series[command],
      })),
    ),
    ...commands.flatMap((command) => bendOf(command, measured)),
  ];
}

const titles: Readonly<Record<Command, string>> = {
  up: "`pulumi up`",
  preview: "preview without change",
  destroy: "`pulumi destroy`",
};

async function measureSize(bench: Bench, size: number): Promise<Series> {
  const base = parse(await readFile(join(bench.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8")) as StackFile;
  const file = join(bench.scratch, `Pulumi.growth-${size}.yaml`);
  await writeFile(file, JSON.stringify(growthStack(base, size, cloneUrl(bench, extras.repository))));
  const config = ["--config-file", file];

  const series: Series = { up: [], preview: [], destroy: [] };
  const began = performance.now();
  const spent = () => (performance.now() - began) / 1000;
  for (let run = 1; run === 1 || (run <= bench.runs && spent() < budget); run += 1) {
    const say = (command: string, { seconds }: Timed) =>
      bench.say(`${size} environments, run ${run}: ${command} took ${seconds.toFixed(1)} s.`);
    const measure = async (command: Command, work: Promise<Timed>) => {
      const timed = await work;
      series[command].push(timed.seconds);
      say(command, timed);
    };
    await measure("up", platformUp(bench, "growth", ...config));
    await measure("preview", pulumi(bench, "preview", "--stack", "growth", "--expect-no-changes", ...config));
    await measure("destroy", platformDown(bench, "growth", ...config));
  }
  return series;
}

function bendOf(command: Command, measured: readonly { size: number; series: Series }[]): Row[] {
  const costs = measured.map(({ size, series }) => ({ size, cost: summary(series[command]).median }));
  const factor = bend(costs);
  if (factor === undefined) return [];
  const what = `${titles[command]}: an environment more, of many in terms of few`;
  return [{ what, unit: "×", samples: [factor], aim }];
}
