/** Values of CI variables in the form that GitLab can mask in job logs. Pure. */

/** GitLab takes values of this many characters: https://docs.gitlab.com/api/project_level_variables/ */
export const longestValue = 10_000;

/** The shortest text that GitLab masks. */
const shortestMasked = 8;

/** Several lines cannot be masked, and so go in as base64. */
const masked = (value: string): string =>
  /[\r\n]/.test(value) ? Buffer.from(value).toString("base64") : value;

/** Why GitLab could not mask a value, in the form that it gets it; nothing if it could. The value is not in the answer. */
export function maskingProblem(value: string): string | undefined {
  const text = masked(value);
  if (/\s/.test(text)) return "has blanks in it";
  return text.length < shortestMasked ? `has fewer than ${shortestMasked} characters` : undefined;
}

/**
 * A value as GitLab gets it to mask it. What has several lines cannot be masked, and so goes in as base64; Slipway's
 * own pipeline takes it out again, one of the user's own has to: `printf %s "$NAME" | base64 -d`.
 * https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable
 *
 * @throws Error for a value that GitLab cannot mask; the value is not in the message
 */
export function maskableValue(key: string, value: string): string {
  const problem = maskingProblem(value);
  if (problem !== undefined) {
    throw new Error(
      `The CI secret ${key} ${problem}, and GitLab would show it in job logs: choose another value`,
    );
  }
  return shortValue(key, masked(value));
}

/**
 * A secret that GitLab takes, as it is.
 *
 * @throws Error for one that is too long; the value is not in the message
 */
export function shortValue(key: string, value: string): string {
  if (value.length <= longestValue) return value;
  throw new Error(`The CI secret ${key} has ${value.length} characters, and GitLab takes ${longestValue}`);
}
