/** `npm run bench`: takes the figures of docs/performance.md in a lab of its own. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { explanationOf } from "../lab/errors.ts";
import { Interrupted, Interruption } from "../lab/interruption.ts";
import { checkout } from "../lab/paths.ts";
import { Progress } from "../toolchain/index.ts";
import { readArguments, usage, UsageError, type Arguments } from "./arguments.ts";
import { withBench, type Bench } from "./bench-lab.ts";
import { measureCalls } from "./figures/calls.ts";
import { measureGrowth } from "./figures/growth.ts";
import { measureMemory } from "./figures/memory.ts";
import { measurePreview } from "./figures/preview.ts";
import { measureRollout } from "./figures/rollout.ts";
import { measureState } from "./figures/state.ts";
import { measureUp } from "./figures/up.ts";
import { theVersions, thisMachine } from "./machine.ts";
import { figureNames, type FigureName, type Result, type Row } from "./result.ts";
import { figures as asMarkdown, withFigures } from "./table.ts";

interface Figure {
  readonly heading: string;
  readonly measure: (bench: Bench) => Promise<Row[]>;
}

const figures: Readonly<Record<FigureName, Figure>> = {
  up: { heading: "From an empty lab to the first sync", measure: measureUp },
  preview: { heading: "A preview without change", measure: measurePreview },
  state: { heading: "Size of the state", measure: measureState },
  memory: { heading: "Memory of the lab", measure: measureMemory },
  rollout: { heading: "From a push to its rollout", measure: measureRollout },
  growth: { heading: "Growth", measure: measureGrowth },
  calls: { heading: "Requests to the Git host", measure: measureCalls },
};

const page = join(checkout, "docs", "performance.md");
const progress = new Progress();
const say = (line: string) => progress.note(line);

async function main(words: readonly string[]): Promise<number> {
  if (words.includes("--help")) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = readArguments(words);
  const { signal } = new Interruption(say);
  // Before the bench's own work is in it.
  const load = loadavg()[0] ?? NaN;
  const { runs, sizes } = wanted;
  await withBench({ runs, sizes, signal, say, progress }, (bench) => take(bench, wanted, load));
  if (wanted.results === undefined) say("Nothing was kept: these are not the usual runs.");
  else if (resolve(wanted.results) === join(checkout, "bench", "results")) await updatePage();
  return 0;
}

async function take(bench: Bench, { figures: names, results }: Arguments, load: number): Promise<void> {
  const machine = await thisMachine();
  const versions = await theVersions(bench.lab.paths, bench.env);
  for (const name of names) {
    const { heading, measure } = figures[name];
    say(`\n${heading}`);
    const rows = await measure(bench);
    if (rows.length === 0) continue;
    const result = { name, heading, taken: new Date().toISOString(), machine, versions, load, rows };
    process.stdout.write(`\n${asMarkdown([result])}\n`);
    if (results !== undefined) await keep(results, result);
  }
}

/** At once, so that what was measured is not lost when a later figure fails. */
async function keep(folder: string, result: Result): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}

/** The page has the newest result of each figure. */
async function updatePage(): Promise<void> {
  const texts = await Promise.all(
    figureNames.map((name) =>
      readFile(join(checkout, "bench", "results", `${name}.json`), "utf8").catch(() => undefined),
    ),
  );
  const results = texts.filter((text) => text !== undefined).map((text) => JSON.parse(text) as Result);
  await writeFile(page, withFigures(await readFile(page, "utf8"), results));
  say("The figures are in bench/results and docs/performance.md.");
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof Interrupted) {
    say("Interrupted. The bench's lab is gone.");
    process.exitCode = error.exitCode;
  } else {
    if (error instanceof UsageError) process.stderr.write(usage);
    say(`\nbench: ${explanationOf(error)}`);
    process.exitCode = 1;
  }
}
