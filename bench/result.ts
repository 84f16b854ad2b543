/** What a figure comes to, as it is kept in `bench/results/`. */
import type { Machine, Versions } from "./machine.ts";

/** One series of measurements of one thing. */
export interface Row {
  /** What was measured; begins with two spaces where it is a part of the row above. */
  readonly what: string;
  /** Unit of the samples; "×" for a ratio. */
  readonly unit: "s" | "×" | "MiB" | "KiB" | "";
  readonly samples: readonly number[];
  /** What the median is to be at most. */
  readonly aim?: number;
}

/** A figure with all that is needed to judge it. */
export interface Result {
  readonly name: FigureName;
  readonly heading: string;
  /** When it was taken, ISO 8601. */
  readonly taken: string;
  readonly machine: Machine;
  readonly versions: Versions;
  /** Load average of a minute when the bench was begun. It should be near zero: else others have disturbed it. */
  readonly load: number;
  readonly rows: readonly Row[];
}

/** The figures, in the order in which they are taken: each finds the lab as the one before leaves it. */
export const figureNames = ["up", "preview", "state", "memory", "rollout", "growth", "calls"] as const;
export type FigureName = (typeof figureNames)[number];

/** A machine with more than this load for each core is no quiet one. */
const quietLoad = 0.4;

/** Whether something else kept the machine busy when the bench was begun. */
export function isNoisy({ load, machine }: Pick<Result, "load" | "machine">): boolean {
  return load > quietLoad * machine.cores;
}
