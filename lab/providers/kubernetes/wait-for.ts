import { isObject, numberAt, objectsAt, textAt, type Json, type JsonObject } from "../values.ts";
import { annotation } from "./kinds.ts";
import { byConvention, describeCondition, type Readiness, type Rule } from "./readiness.ts";

/** The annotation that says what to wait for. */
export const WAIT_FOR = "pulumi.com/waitFor";
/** The annotation that says not to wait. */
export const SKIP_AWAIT = "pulumi.com/skipAwait";

/** Seconds that a resource may take, where neither the program nor an annotation says otherwise. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/** Whether the object's annotations say not to wait. */
export function skipsAwait(inputs: JsonObject): boolean {
  return annotation(inputs, SKIP_AWAIT) === "true";
}

/** Seconds to wait: the program's `customTimeouts`, else the annotation `pulumi.com/timeoutSeconds`, else 600. */
export function timeoutSeconds(inputs: JsonObject, customTimeout: number): number {
  if (customTimeout > 0) return customTimeout;
  const annotated = annotation(inputs, "pulumi.com/timeoutSeconds");
  return /^\d+$/.test(annotated) ? Number(annotated) : DEFAULT_TIMEOUT_SECONDS;
}

/**
 * The rule of the annotation `pulumi.com/waitFor`: `condition=Ready`, `condition=Ready=False`,
 * `jsonpath={.status.phase}=Running`, or a JSON array of these, of which all have to hold. Undefined without it,
 * unless `PULUMI_K8S_AWAIT_ALL` is true. Errors on an expression that it cannot read.
 * @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/ (Await logic)
 */
export function customRule(inputs: JsonObject, awaitAll: boolean): Rule | undefined {
  const text = annotation(inputs, WAIT_FOR);
  if (text === "") return awaitAll ? byConvention : undefined;
  const rules = expressions(text).map(parseExpression);
  return (object) => {
    const results = rules.map((rule) => rule(object));
    return results.find((result) => !result.ready) ?? { ready: true, reason: "" };
  };
}

function expressions(text: string): string[] {
  if (!text.trimStart().startsWith("[")) return [text];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [text];
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every((item) => typeof item === "string")) {
    throw new Error(
      `${WAIT_FOR}: ${JSON.stringify(text)} is no list of expressions: write ["condition=Ready", …]`,
    );
  }
  return parsed;
}

type Check = (object: JsonObject) => Readiness;

function parseExpression(expression: string): Check {
  if (expression.startsWith("condition=")) return conditionCheck(expression.slice("condition=".length));
  if (expression.startsWith("jsonpath=")) return jsonPathCheck(expression.slice("jsonpath=".length));
  throw new Error(
    `${WAIT_FOR}: ${JSON.stringify(expression)} starts neither with "condition=" nor with "jsonpath=": ` +
      "write condition=Ready, or jsonpath={.status.phase}=Running",
  );
}

function conditionCheck(text: string): Check {
  const [type = "", wanted = "True"] = text.split(/=(.*)/s);
  return (object) => {
    const item = objectsAt(object, "status", "conditions").find((candidate) =>
      sameText(textAt(candidate, "type"), type),
    );
    if (!item) return { ready: false, reason: `it has no condition ${type} yet` };
    // As kubectl does: a condition counts for the generation that it was made for.
    const latest = numberAt(object, ["status", "observedGeneration"], Number.MAX_SAFE_INTEGER);
    if (numberAt(item, ["observedGeneration"], latest) < numberAt(object, ["metadata", "generation"])) {
      return { ready: false, reason: `its condition ${type} is of an older version` };
    }
    const ready = sameText(textAt(item, "status"), wanted);
    return { ready, reason: ready ? "" : describeCondition(item) };
  };
}

const sameText = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

function jsonPathCheck(text: string): Check {
  const bad = (why: string): Error =>
    new Error(`${WAIT_FOR}: jsonpath=${text}: ${why}: write jsonpath={.status.phase}=Running`);
  const match = /^\{\s*(.*?)\s*\}(?:=(.*))?$/s.exec(text);
  if (!match) throw bad("the path has to stand in { }, with =VALUE or nothing after it");
  const [, path = "", wanted] = match;
  if (wanted === "") throw bad("there is no value after the =");
  const steps = pathSteps(path);
  if (!steps) throw bad(`the offline provider reads keys, indexes and [*] only, not ${path}`);
  return (object) => {
    const generation = numberAt(object, ["status", "observedGeneration"], Number.MAX_SAFE_INTEGER);
    if (generation < numberAt(object, ["metadata", "generation"])) {
      return { ready: false, reason: "its controller has not seen this version yet" };
    }
    const found = select(object, steps)[0];
    if (found === undefined) return { ready: false, reason: `it has no ${path} yet` };
    if (wanted === undefined) return { ready: true, reason: "" };
    if (typeof found === "object" && found !== null)
      return { ready: false, reason: `${path} is no plain value`, failed: true };
    const ready = String(found) === wanted;
    return { ready, reason: ready ? "" : `${path} is ${String(found)}, not ${wanted}` };
  };
}

/** Keys and indexes of a path such as `.status.conditions[*].type` or `$['a.b']`; undefined for anything else. */
function pathSteps(path: string): string[] | undefined {
  const step = /\.([A-Za-z_][\w-]*)|\[(\d+|\*)\]|\[['"]([^'"]+)['"]\]/y;
  const text = path.replace(/^\$/, "");
  const steps: string[] = [];
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (!match) return undefined;
    steps.push(match[1] ?? match[2] ?? match[3] ?? "");
  }
  return steps.length > 0 ? steps : undefined;
}

function select(value: Json, steps: readonly string[]): Json[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (step === "*") {
    const items = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
    return items.flatMap((item) => select(item, rest));
  }
  const next = Array.isArray(value) ? value[Number(step)] : isObject(value) ? value[step] : undefined;
  return next === undefined ? [] : select(next, rest);
}
