/** What CI/CD variables may be: https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable */
import { invalid } from "./gitlab-error.ts";
import type { Variable } from "./state.ts";

/** Longest value, in characters. */
export const longestValue = 10_000;

/** What can be masked: one line without spaces, and where references are expanded, only characters that stay as they are. */
const maskable = /^[a-zA-Z0-9_+=/@:.~-]{8,}$/;
const maskableRaw = /^\S{8,}$/;

/**
 * Holds a variable against the rules.
 *
 * @param others the variables of the same owner
 * @throws GitLabError 400 with everything that is wrong, by field
 */
export function checkVariable(variable: Variable, others: readonly Variable[]): void {
  const errors: Record<string, string[]> = {};
  if (!/^[a-zA-Z0-9_]+$/.test(variable.key)) errors["key"] = ["can contain only letters, digits and '_'."];
  else if (variable.key.length > 255) errors["key"] = ["is too long (maximum is 255 characters)"];
  else if (others.some((it) => it.key === variable.key && it.environmentScope === variable.environmentScope))
    errors["key"] = [`(${variable.key}) has already been taken`];
  if (variable.value.length > longestValue)
    errors["value"] = [`is too long (maximum is ${longestValue} characters)`];
  if (variable.masked && !(variable.raw ? maskableRaw : maskable).test(variable.value))
    errors["value"] = [...(errors["value"] ?? []), "is invalid"];
  if ((variable.description ?? "").length > 255)
    errors["description"] = ["is too long (maximum is 255 characters)"];
  if (!/^[\w\d\-.*/${} ]{1,255}$/.test(variable.environmentScope)) {
    errors["environment_scope"] = [
      "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', '*' and spaces",
    ];
  }
  if (Object.keys(errors).length > 0) throw invalid(errors);
}
