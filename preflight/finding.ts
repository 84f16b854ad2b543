/** What is found before anything is written, and whom it stops. Pure. */
import type { Problem } from "../config/problems.ts";

/** One finding. */
export interface Finding extends Problem {
  /**
   * What it stops: every run; updates only, since a token that may only look is enough for a preview; or nothing yet, for
   * it fails later, or elsewhere.
   */
  readonly stops: "runs" | "updates" | "nothing";
}

/** What stops a run, and what is only to be told. */
export interface Verdict {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Sorts findings, by their keys; one that was made twice counts once. */
export function verdict(findings: readonly Finding[], preview: boolean): Verdict {
  const known = new Map(findings.map((finding) => [`${finding.key}: ${finding.message}`, finding]));
  const all = [...known.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const stops = ({ stops: what }: Finding) => what === "runs" || (what === "updates" && !preview);
  return {
    problems: all.filter(stops),
    warnings: all.filter((finding) => !stops(finding)).map(warning),
  };
}

function warning({ key, message, command, stops }: Finding): string {
  const later = stops === "updates" ? " An update is refused." : "";
  return `${key}: ${message}.${later}${command === undefined ? "" : `\n  ${command}`}`;
}
