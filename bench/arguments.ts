/** What is typed after `npm run bench --`. Pure. */
import { parseArgs } from "node:util";
import { figureNames, type FigureName } from "./result.ts";

export interface Arguments {
  readonly figures: readonly FigureName[];
  readonly runs: number;
  readonly sizes: readonly number[];
  /** Folder for the results; none for a look that leaves nothing. */
  readonly results: string | undefined;
}

export const usage = `Usage: npm run bench [-- NAME… OPTIONS]

  NAME             ${figureNames.join(", ")}; all of them if none is named

  --runs N         how often each thing is measured (5)
  --growth N,N     numbers of environments for growth (1,10,50)
  --results DIR    where results go; with other runs or sizes than usual, nowhere by default

Results of the usual runs go to bench/results, and from there into docs/performance.md.
`;

const usual = { runs: "5", growth: "1,10,50", results: "bench/results" };

/** What was typed makes no sense. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError that says what is wrong */
export function readArguments(words: readonly string[]): Arguments {
  const { values, positionals } = parsed(words);
  const { runs = usual.runs, growth = usual.growth } = values;
  const unknown = positionals.filter((name) => !isFigure(name));
  if (unknown.length > 0) {
    throw new UsageError(`there is no figure ${unknown.join(", ")}: there are ${figureNames.join(", ")}`);
  }
  const sizes = growth.split(",").map((size) => count("--growth", size));
  if (sizes.some((size, index) => size <= (sizes[index - 1] ?? 0)))
    throw new UsageError(`--growth: got "${growth}", which does not grow: write 1,10,50`);
  const isUsual = count("--runs", runs) >= Number(usual.runs) && growth === usual.growth;
  return {
    figures:
      positionals.length === 0 ? figureNames : figureNames.filter((name) => positionals.includes(name)),
    runs: count("--runs", runs),
    sizes,
    results: values.results ?? (isUsual ? usual.results : undefined),
  };
}

function parsed(words: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const options = { runs: text, growth: text, results: text };
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const isFigure = (name: string): name is FigureName => (figureNames as readonly string[]).includes(name);

function count(option: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new UsageError(`${option}: got "${text}": write a number from 1 to 999`);
  }
  return Number(text);
}
