/**
 * Names that Kubernetes accepts, and the nearest right name for a wrong one.
 * The rules: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
const labelPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Longest DNS-1123 label: names of namespaces and Services. */
export const labelLength = 63;
/** Longest DNS-1123 subdomain: names of nearly everything else. */
export const subdomainLength = 253;

/** True for a DNS-1123 label: lowercase letters, digits and "-", 63 characters at most. */
export function isLabel(value: string): boolean {
  return value.length <= labelLength && labelPattern.test(value);
}

/** True for a DNS-1123 subdomain: labels joined by ".", 253 characters at most. */
export function isSubdomain(value: string): boolean {
  return value.length <= subdomainLength && value.split(".").every((part) => labelPattern.test(part));
}

/** What is wrong with a name that must be a DNS-1123 label, and what to write; undefined when it is right. */
export function labelProblem(value: string): string | undefined {
  if (isLabel(value)) return undefined;
  return nameProblem(value, "a-z, 0-9 and -", labelLength, toLabel(value));
}

/** What is wrong with a name that must be a DNS-1123 subdomain, and what to write; undefined when it is right. */
export function subdomainProblem(value: string): string | undefined {
  if (isSubdomain(value)) return undefined;
  const fixed = value.split(".").map(toLabel).filter(Boolean).join(".").slice(0, subdomainLength);
  return nameProblem(value, "a-z, 0-9, - and .", subdomainLength, fixed.replace(/[-.]+$/, ""));
}

function nameProblem(value: string, characters: string, length: number, fixed: string): string {
  const rule = `names take ${characters}, start and end with a letter or digit, and have ${length} characters at most`;
  const advice = fixed === "" ? "" : `; write ${JSON.stringify(fixed)}`;
  return `${JSON.stringify(value)} is not a Kubernetes name: ${rule}${advice}`;
}

function toLabel(value: string): string {
  return value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, labelLength)
    .replace(/^-+|-+$/g, "");
}

/**
 * The candidate that a mistyped value most likely means, or undefined where none is near: at most a third of the
 * value's letters (and at least two) may be wrong, missing, too many or swapped. Letter case does not count.
 */
export function didYouMean(value: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(value.length / 3));
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(value.toLowerCase(), candidate.toLowerCase());
    if (
      distance <= limit &&
      distance < candidate.length &&
      (best === undefined || distance < best.distance)
    ) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** The same as the end of an error's sentence: ` Did you mean "source-controller"?`, or nothing. */
export function didYouMeanText(value: string, candidates: readonly string[]): string {
  const candidate = didYouMean(value, candidates);
  return candidate === undefined ? "" : ` Did you mean ${JSON.stringify(candidate)}?`;
}

/** Number of single-letter edits and swaps of neighbours that turn one text into the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let distance = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) distance = Math.min(distance, at(beforePrevious, column - 2) + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
