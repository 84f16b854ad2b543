/** Throws one error that lists every problem, or returns when there is none: users fix a configuration in one go. */
export function refuse(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error([`${what}:`, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
}
