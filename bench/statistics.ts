/** What is said of a series of measurements. Pure. */

/** What a series comes down to; the unit is that of the samples. */
export interface Summary {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/**
 * Minimum, median and maximum. Of an even number of samples the median is the middle of the two in the middle.
 *
 * @throws when there are no samples
 */
export function summary(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number): number => {
    const value = sorted[index];
    if (value === undefined) throw new Error("there are no samples to sum up");
    return value;
  };
  const half = (sorted.length - 1) / 2;
  return {
    minimum: at(0),
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    maximum: at(sorted.length - 1),
  };
}

/**
 * How many times as much as the others, run by run: what disturbs both of a pair does not count.
 *
 * @throws when the series are not of the same length
 */
export function ratios(samples: readonly number[], others: readonly number[]): number[] {
  if (samples.length !== others.length) {
    throw new Error(`${samples.length} and ${others.length} samples are no pairs`);
  }
  return samples.map((sample, index) => sample / (others[index] ?? NaN));
}

/** What a size costs, and for how much: ten environments, and seconds. */
export interface Cost {
  readonly size: number;
  readonly cost: number;
}

/**
 * How much the last step up in size costs for each unit, compared with the first step: 1 is linear, more is faster
 * than linear. Undefined for fewer than three sizes, which always lie on a line.
 */
export function bend(costs: readonly Cost[]): number | undefined {
  const [first, second] = costs;
  const [beforeLast, last] = costs.slice(-2);
  if (first === undefined || second === undefined || beforeLast === undefined || last === undefined)
    return undefined;
  if (costs.length < 3) return undefined;
  return slope(beforeLast, last) / slope(first, second);
}

const slope = (a: Cost, b: Cost): number => (b.cost - a.cost) / (b.size - a.size);
