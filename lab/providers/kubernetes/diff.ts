import { isObject, UNKNOWN, type Json, type JsonObject } from "../values.ts";
import { touches } from "./force-new.ts";

/** What happens to one property. */
export interface PropertyChange {
  readonly kind: "add" | "delete" | "update";
  /** Whether the change replaces the resource. */
  readonly replace: boolean;
}

/** Changes by property path (`spec.containers[0].image`, `metadata.annotations["a.b/c"]`). */
export type Changes = Map<string, PropertyChange>;

/** What is compared. */
export interface DiffInputs {
  /** The last seen live object, cut to the shape of the old inputs. */
  readonly live: JsonObject;
  /** What was asked for last time. */
  readonly oldInputs: JsonObject;
  /** What is asked for now. */
  readonly newInputs: JsonObject;
  /** Paths whose change replaces the resource. */
  readonly forceNew: readonly string[];
  /**
   * Whether a false, 0, "", null, [] or {} that was asked for before, and that the server did not keep, is no
   * difference. True for Kubernetes' own types, which leave empty fields out.
   */
  readonly dropsEmpty: boolean;
}

/**
 * The difference between what is there and what is asked for, property by property, as the official provider
 * computes it: new inputs against the live object cut to the old inputs' shape.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go (Diff)
 */
export function diffObjects(inputs: DiffInputs): Changes {
  const changes: Changes = new Map();
  const record = (path: readonly Step[], kind: PropertyChange["kind"], value: Json | undefined): void => {
    changes.set(formatPath(path), { kind, replace: touches(inputs.forceNew, path, value) });
  };

  const visit = (path: readonly Step[], live: Json | undefined, old: Json | undefined, next: Json): void => {
    if (live === undefined) {
      if (inputs.dropsEmpty && isEmpty(next) && isEmpty(old)) return;
      record(path, "add", next);
    } else if (next === UNKNOWN) record(path, "update", next);
    else if (isObject(live) && isObject(next)) visitObject(path, live, old, next);
    else if (Array.isArray(live) && Array.isArray(next)) visitList(path, live, old, next);
    else if (live !== next) record(path, "update", next);
  };

  const visitObject = (
    path: readonly Step[],
    live: JsonObject,
    old: Json | undefined,
    next: JsonObject,
  ): void => {
    const before = isObject(old) ? old : {};
    for (const [key, value] of Object.entries(next)) visit([...path, key], live[key], before[key], value);
    for (const key of Object.keys(live)) if (!(key in next)) record([...path, key], "delete", undefined);
  };

  const visitList = (
    path: readonly Step[],
    live: readonly Json[],
    old: Json | undefined,
    next: readonly Json[],
  ): void => {
    const before = Array.isArray(old) ? old : [];
    next.forEach((value, index) => visit([...path, index], live[index], before[index], value));
    for (let index = next.length; index < live.length; index += 1)
      record([...path, index], "delete", undefined);
  };

  visitObject([], inputs.live, inputs.oldInputs, inputs.newInputs);
  return changes;
}

type Step = string | number;

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined) return false;
  if (value === null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Writes a path as Pulumi reads it. */
export function formatPath(path: readonly Step[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/[."[\]]/.test(step)) text += `["${step.replaceAll('"', '\\"')}"]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** Reads a path that Pulumi wrote, such as an entry of `ignoreChanges`. */
export function parsePath(path: string): Step[] {
  const steps: Step[] = [];
  for (const match of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)) {
    const [, quoted, index, plain] = match;
    if (quoted !== undefined) steps.push(quoted.replaceAll('\\"', '"'));
    else if (index !== undefined) steps.push(index === "*" ? "*" : Number(index));
    else if (plain !== undefined) steps.push(plain);
  }
  return steps;
}

/** Removes the changes at or below the paths that the program ignores. */
export function withoutIgnored(changes: Changes, ignored: readonly string[]): Changes {
  const prefixes = ignored.map(parsePath);
  return new Map(
    [...changes].filter(([path]) => {
      const steps = parsePath(path);
      return !prefixes.some((prefix) => prefix.every((step, index) => step === "*" || step === steps[index]));
    }),
  );
}
