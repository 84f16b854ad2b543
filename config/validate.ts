/** From what a stack's file says to what the program works with: checked whole, defaults filled in. */
import { ConfigError, type Problem } from "./problems.ts";
import { referenceProblems } from "./references.ts";
import { stackSchema, type Stack } from "./schema.ts";
import { shapeProblems } from "./shapes.ts";

/**
 * Checks a whole configuration.
 *
 * @param raw the values of the keys `git`, `cluster`, `flux`, `repositories`, `environments` and `credentials`
 * @param secretNames names of the values in `ciSecrets`
 * @param others what else is wrong with the stack, to be reported together
 * @throws {ConfigError} with every problem at once
 */
export function validateStack(
  raw: Record<string, unknown>,
  secretNames: readonly string[] = [],
  others: readonly Problem[] = [],
): Stack {
  const result = stackSchema.safeParse(raw, { reportInput: true });
  const shape = result.success ? [] : shapeProblems(result.error.issues, raw);
  const problems = [...shape, ...referenceProblems(raw, secretNames), ...others];
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return result.data;
}
