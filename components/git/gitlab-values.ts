/** Values of CI variables in the form that GitLab can mask in job logs. Pure. */

/** GitLab takes values of this many characters: https://docs.gitlab.com/api/project_level_variables/ */
export const longestValue = 10_000;

/** The shortest text that GitLab masks. */
const shortestMasked = 8;

/**
 * A secret's value as GitLab gets it. What has several lines cannot be masked, and so goes in as base64; Slipway's
 * own pipeline takes it out again, one of the user's own has to: `printf %s "$NAME" | base64 -d`.
 * https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable
 *
 * @throws Error for a value that GitLab cannot mask; the value is not in the message
 */
export function maskableValue(key: string, value: string): string {
  const text = /[\r\n]/.test(value) ? Buffer.from(value).toString("base64") : value;
  const refuse = (why: string) => {
    throw new Error(
      `The CI secret ${key} ${why}, and GitLab would show it in job logs: choose another value`,
    );
  };
  if (/\s/.test(text)) refuse("has blanks in it");
  if (text.length < shortestMasked) refuse(`has fewer than ${shortestMasked} characters`);
  if (text.length > longestValue)
    throw new Error(`The CI secret ${key} has ${text.length} characters, and GitLab takes ${longestValue}`);
  return text;
}
