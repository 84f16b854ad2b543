/** Results as Markdown. Pure. */
import { isNoisy, type Result, type Row } from "./result.ts";
import { summary } from "./statistics.ts";

/** Where the table goes in a page. */
export const markers = {
  begin: "<!-- The figures, by `npm run bench`: do not edit from here … -->",
  end: "<!-- … to here. -->",
} as const;

/** The text with the figures between the markers. @throws when a marker is missing */
export function withFigures(page: string, results: readonly Result[]): string {
  const begin = page.indexOf(markers.begin);
  const end = page.indexOf(markers.end);
  if (begin < 0 || end < begin)
    throw new Error(`the page has no "${markers.begin}" and "${markers.end}" after it`);
  return `${page.slice(0, begin)}${markers.begin}\n\n${figures(results)}\n${page.slice(end)}`;
}

/** One section for each result. */
export function figures(results: readonly Result[]): string {
  return results.map(section).join("\n");
}

function section(result: Result): string {
  const { heading, machine, versions, load, taken, rows } = result;
  const providers = Object.entries(versions.providers).map(([name, version]) => `${name} ${version}`);
  const noise = isNoisy(result) ? "; **the machine was busy with other things: read the minima**" : "";
  return `### ${heading}

${aligned([header, ...rows.map(cells)])}

${taken.slice(0, 10)}, commit ${versions.slipway}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB; ${machine.system};
Node ${versions.node}, Pulumi ${versions.pulumi}, Kubernetes ${versions.kubernetes}, Flux ${versions.flux}; providers: ${providers.join(", ")}.
Load before: ${load.toFixed(2)}${noise}.
`;
}

const header = ["what", "minimum", "median", "maximum", "runs", "aim"];

function cells({ what, unit, samples, aim }: Row): string[] {
  const { minimum, median, maximum } = summary(samples);
  const met = aim !== undefined && median <= aim;
  const name = what.startsWith("  ") ? `· ${what.trim()}` : what;
  return [
    name,
    ...[minimum, median, maximum].map((value) => `${rounded(value)}${unit === "" ? "" : ` ${unit}`}`),
    String(samples.length),
    aim === undefined ? "" : `≤ ${rounded(aim)} ${unit}: ${met ? "met" : "not met"}`,
  ];
}

/** Two decimals for small numbers, none for large ones. */
function rounded(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

/** A table whose columns are aligned, as the formatter has it: text to the left, and what is counted too. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [first = [], ...rest] = rows;
  return [line(first), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rest.map(line)].join(
    "\n",
  );
}
