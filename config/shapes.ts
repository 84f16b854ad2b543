/** Wrong shapes, in words: what the schema's checks found, as findings for people. */
import type { z } from "zod";
import { didYouMean } from "../components/names.ts";
import { knownHostsAdvice } from "./known-hosts.ts";
import { setCommand, show, type Problem } from "./problems.ts";
import { knownKeys } from "./schema-keys.ts";
import type { Git } from "./schema.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A finding for each thing that is wrong with the shape of a configuration. */
export function shapeProblems(issues: readonly Issue[], raw: Record<string, unknown>): Problem[] {
  return issues.flatMap((issue) => issueProblems(issue, issue.path, raw));
}

function issueProblems(issue: Issue, path: Path, raw: Record<string, unknown>): Problem[] {
  const key = keyOf(path);
  const input = valueAt(raw, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => unknownKey(path, unknown));
    case "invalid_key":
      return [{ key, message: issue.issues[0]?.message ?? "is not a name" }];
    case "invalid_type":
      if (input === undefined) return [missing(path, issue.expected, raw)];
      return [{ key, message: `got ${show(input)}, expected ${inWords(issue.expected)}` }];
    case "invalid_value": {
      const candidates = issue.values.map(String);
      const near = typeof input === "string" ? didYouMean(input, candidates) : undefined;
      const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
      return [{ key, message: `got ${show(input)}, expected ${candidates.join(" or ")}${hint}` }];
    }
    case "invalid_union":
      return unionProblems(issue, path, raw);
    case "custom":
      return [{ key, message: issue.message }];
    default:
      return [{ key, message: `${show(input)}: ${issue.message}` }];
  }
}

function unknownKey(path: Path, unknown: string): Problem {
  const near = didYouMean(unknown, knownKeys(path));
  const message =
    near === undefined
      ? "is not a key that Slipway knows: remove it"
      : `is not a key: did you mean "${near}"?`;
  return { key: keyOf([...path, unknown]), message };
}

/** What to offer where a key that has to be there is not. */
const examples: Readonly<Record<string, string>> = {
  "git.owner": "YOUR-ORGANISATION",
  "git.kind": "github",
  "cluster.name": "production",
  "flux.receiver.url": "https://flux.example.com",
};

function missing(path: Path, expected: string, raw: Record<string, unknown>): Problem {
  const key = keyOf(path);
  if (key === "slipway:git.knownHosts") {
    return { key, message: knownHostsAdvice(valueAt(raw, ["git", "baseUrl"])) };
  }
  const example = examples[path.join(".")];
  const command = example === undefined ? undefined : setCommand(key, example);
  const variable = key === "slipway:git.owner" ? " (or the variable GITHUB_OWNER, or GITLAB_GROUP)" : "";
  return {
    key,
    message: `is missing: expected ${inWords(expected)}${variable}`,
    ...(command && { command }),
  };
}

/** A value that fits none of several forms: told by the form whose kind it has, else by all of them. */
function unionProblems(
  issue: Extract<Issue, { code: "invalid_union" }>,
  path: Path,
  raw: Record<string, unknown>,
): Problem[] {
  const key = keyOf(path);
  const input = valueAt(raw, path);
  if (issue.errors.length === 0) return [unknownKind(key, input)];
  const meant = issue.errors.find((issues) => !issues.some(isOfAnotherKind));
  if (meant !== undefined) return meant.flatMap((one) => issueProblems(one, [...path, ...one.path], raw));
  const forms = issue.errors.map(([first]) => {
    if (first?.code === "invalid_value") return first.values.map(String).join(" or ");
    return first?.code === "invalid_type" ? inWords(first.expected) : "something else";
  });
  return [{ key, message: `got ${show(input)}, expected ${forms.join(" or ")}` }];
}

/** The one choice that decides what else there is. */
function unknownKind(key: string, input: unknown): Problem {
  const kinds = ["github", "gitlab"] satisfies Git["kind"][];
  const near = typeof input === "string" ? didYouMean(input, kinds) : undefined;
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  return { key, message: `got ${show(input)}, expected ${kinds.join(" or ")}${hint}` };
}

function isOfAnotherKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function keyOf(path: Path): string {
  return `slipway:${path.map(String).join(".")}`;
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    raw,
  );
}

function inWords(expected: string): string {
  const words: Record<string, string> = {
    array: "a list",
    boolean: "true or false",
    object: "an object",
    record: "an object",
    int: "a whole number",
  };
  return words[expected] ?? `a ${expected}`;
}
