/** From what a stack's file says to what the program works with: checked whole, defaults filled in. */
import type { z } from "zod";
import { didYouMean } from "../components/names.ts";
import { ConfigError, setCommand, show, type Problem } from "./problems.ts";
import { referenceProblems } from "./references.ts";
import { stackSchema, type Stack } from "./schema.ts";

/**
 * Checks a whole configuration.
 *
 * @param raw the values of the keys `git`, `cluster`, `flux`, `repositories` and `environments`
 * @param secretNames names of the values in `ciSecrets`
 * @throws {ConfigError} with every problem at once
 */
export function validateStack(raw: Record<string, unknown>, secretNames: readonly string[] = []): Stack {
  const result = stackSchema.safeParse(raw, { reportInput: true });
  const shape = result.success ? [] : result.error.issues.flatMap((issue) => shapeProblems(issue, raw));
  const problems = [...shape, ...referenceProblems(raw, secretNames)];
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return result.data;
}

/** What to offer where a key that has to be there is not. */
const examples: Record<string, string> = {
  "git.owner": "YOUR-ORGANISATION",
  "git.kind": "github",
  "cluster.name": "production",
};

function shapeProblems(issue: z.core.$ZodIssue, raw: Record<string, unknown>): Problem[] {
  const key = keyOf(issue.path);
  const input = valueAt(raw, issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => {
        const near = didYouMean(unknown, knownKeys(issue.path));
        const message =
          near === undefined
            ? "is not a key that Slipway knows: remove it"
            : `is not a key: did you mean "${near}"?`;
        return { key: keyOf([...issue.path, unknown]), message };
      });
    case "invalid_key":
      return [{ key, message: issue.issues[0]?.message ?? "is not a name" }];
    case "invalid_type":
      if (input === undefined) {
        const example = examples[issue.path.join(".")];
        const command = example === undefined ? undefined : setCommand(key, example);
        return [
          { key, message: `is missing: expected ${article(issue.expected)}`, ...(command && { command }) },
        ];
      }
      return [{ key, message: `got ${show(input)}, expected ${article(issue.expected)}` }];
    case "invalid_value": {
      const candidates = issue.values.map(String);
      const near = typeof input === "string" ? didYouMean(input, candidates) : undefined;
      const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
      return [{ key, message: `got ${show(input)}, expected ${candidates.join(" or ")}${hint}` }];
    }
    case "invalid_union":
      return [{ key, message: unionMessage(key, input) }];
    case "custom":
      return [{ key, message: issue.message }];
    default:
      return [{ key, message: `${show(input)}: ${issue.message}` }];
  }
}

function unionMessage(key: string, input: unknown): string {
  if (key.startsWith("slipway:git")) return `got ${show(input)}, expected github`;
  return `${show(input)} is not a quantity of Kubernetes: write "500m", "2" or "1Gi"`;
}

function keyOf(path: readonly PropertyKey[]): string {
  return `slipway:${path.map(String).join(".")}`;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    raw,
  );
}

function article(expected: string): string {
  const words: Record<string, string> = {
    array: "a list",
    boolean: "true or false",
    object: "an object",
    record: "an object",
    int: "a whole number",
  };
  return words[expected] ?? `a ${expected}`;
}

/** The keys that the schema has at a path, for «did you mean». */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = stackSchema;
  for (const step of path) schema = inner(schema, String(step));
  const shape = shapeOf(schema);
  return shape === undefined ? [] : Object.keys(shape);
}

interface Def {
  readonly def: {
    readonly type: string;
    readonly shape?: Record<string, unknown>;
    readonly innerType?: unknown;
    readonly valueType?: unknown;
    readonly element?: unknown;
    readonly options?: readonly unknown[];
  };
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  const def = (schema as Def | undefined)?.def;
  if (def?.innerType !== undefined) return shapeOf(def.innerType);
  if (def?.options !== undefined) return shapeOf(def.options[0]);
  return def?.shape;
}

function inner(schema: unknown, step: string): unknown {
  const def = (schema as Def | undefined)?.def;
  if (def?.innerType !== undefined) return inner(def.innerType, step);
  return def?.valueType ?? def?.element ?? shapeOf(schema)?.[step];
}
