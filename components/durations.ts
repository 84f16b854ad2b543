/**
 * Durations as Flux and Kubernetes' Go programs write them: "30s", "5m", "1h30m".
 *
 * The accepted form is the pattern of Flux's own CRDs, a subset of Go's `time.ParseDuration`:
 * https://fluxcd.io/flux/components/kustomize/api/v1/#kustomize.toolkit.fluxcd.io/v1.KustomizationSpec
 */
const durationPattern = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;
const partPattern = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g;

const secondsPerUnit: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** What people write instead of a unit, by its first letters; longest match first. */
const unitWords: readonly (readonly [RegExp, string])[] = [
  [/^(ms|milli)/i, "ms"],
  [/^(m|min)/i, "m"],
  [/^(s|sec)/i, "s"],
  [/^(h|hour|hr)/i, "h"],
];

/** True when Flux's API accepts the text as a duration. */
export function isDuration(value: string): boolean {
  return durationPattern.test(value);
}

/**
 * Says what is wrong with a duration and what to write instead: `"5 minutes" is not a duration: write "5m"`.
 * Undefined when nothing is wrong. A duration of zero is refused, for an interval or a timeout of nothing never means that.
 */
export function durationProblem(value: string): string | undefined {
  if (!isDuration(value)) {
    return `${JSON.stringify(value)} is not a duration: write ${JSON.stringify(suggestion(value))}`;
  }
  if (durationSeconds(value) === 0) return `${JSON.stringify(value)} is no time at all: write "1m" or longer`;
  return undefined;
}

/**
 * The length of a duration in seconds ("1h30m" → 5400, "250ms" → 0.25).
 * @throws Error when the text is not a duration.
 */
export function durationSeconds(value: string): number {
  if (!isDuration(value)) throw new Error(durationProblem(value));
  let seconds = 0;
  for (const [, amount, unit] of value.matchAll(partPattern)) {
    seconds += Number(amount) * (secondsPerUnit[unit ?? ""] ?? 0);
  }
  return seconds;
}

/** Whole seconds as a duration, rounded up: 90.5 → "91s". Pulumi's `customTimeouts` and Flux both take it. */
export function secondsDuration(seconds: number): string {
  return `${Math.ceil(seconds)}s`;
}

/** "5 minutes" → "5m", "300" → "300s"; where nothing can be made out, an example. */
function suggestion(value: string): string {
  const match = /^\s*([0-9]+)\s*([a-z]*)\s*$/i.exec(value);
  if (match === null) return "5m";
  const [, amount = "5", word = ""] = match;
  if (word === "") return `${amount}s`;
  const day = /^d/i.test(word);
  if (day) return `${Number(amount) * 24}h`;
  const unit = unitWords.find(([pattern]) => pattern.test(word))?.[1];
  return unit === undefined ? "5m" : `${amount}${unit}`;
}
