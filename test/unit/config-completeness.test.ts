/**
 * Every key of the configuration, given something wrong. The keys come from the schema itself, so that one which is added
 * without its rows here fails.
 */
import { describe, expect, test } from "vitest";
import { ConfigError, show } from "../../config/problems.ts";
import { stackSchema } from "../../config/schema.ts";
import { validateStack } from "../../config/validate.ts";
import { rows, type Row } from "./config-bad-input.ts";
import { problemsOf, secretNames } from "./config-findings.ts";
import { stackFile, type Loose } from "./stack-files.ts";

/** As much of a schema's description of itself as is read here: https://zod.dev/packages/core#internals */
interface Schema {
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly in?: Schema;
    readonly keyType?: Schema;
    readonly valueType?: Schema;
    readonly element?: Schema;
    readonly options?: readonly Schema[];
    readonly shape?: Readonly<Record<string, Schema>>;
  };
}

/** A key, with `*` for names and indices that the user chooses, and what its values may be. */
type Keys = Map<string, Set<string>>;

/** The keys of the schema; `<name>` after one stands for the names that the user chooses below it. */
function keysOf(schema: Schema, path: readonly string[] = [], found: Keys = new Map()): Keys {
  const { type, innerType, in: input, options, shape, keyType, valueType, element } = schema.def;
  const inner = innerType ?? input;
  if (inner !== undefined) return keysOf(inner, path, found);
  if (options !== undefined) {
    for (const option of options) keysOf(option, path, found);
    return found;
  }
  const key = path.join(".");
  if (key !== "") found.set(key, (found.get(key) ?? new Set()).add(type));
  if (keyType !== undefined) found.set(`${key}.<name>`, new Set(["name"]));
  for (const [name, child] of Object.entries(shape ?? {})) keysOf(child, [...path, name], found);
  const child = valueType ?? element;
  if (child !== undefined) keysOf(child, [...path, "*"], found);
  return found;
}

const keys = keysOf(stackSchema);

/** Names that stand for `*`, by what is before it. */
const names: Readonly<Record<string, string>> = {
  repositories: "spring-app",
  environments: "dev",
  sources: "flux-cd",
  syncs: "spring-app",
  resources: "source-controller",
  replicas: "source-controller",
  requests: "cpu",
  limits: "cpu",
  default: "cpu",
  defaultRequest: "cpu",
  min: "cpu",
  max: "cpu",
  quota: "pods",
  labels: "team",
  annotations: "team",
  variables: "COLOUR",
  substitute: "COLOUR",
  rotate: "flux-cd",
};

/** A key with names in the place of `*`: those of the dev stack, where it has some; of a list, the end of it. */
function pathOf(key: string): string[] {
  return key.split(".").reduce<string[]>((path, part) => {
    if (part !== "*") return [...path, part];
    const list = at(path);
    return [...path, names[path.at(-1) ?? ""] ?? String(Array.isArray(list) ? list.length : 0)];
  }, []);
}

/** What the dev stack has at a path. */
function at(path: readonly string[]): unknown {
  const below = (value: unknown, part: string) => (value as Record<string, unknown> | undefined)?.[part];
  return path.reduce<unknown>(below, stackFile("dev"));
}

/** The dev stack with one value at a path; whatever is on the way to it and cannot have parts makes room. */
function withValue(path: readonly string[], value: unknown): Loose {
  const place = (holder: unknown, [part = "", ...rest]: readonly string[]): unknown => {
    if (/^\d+$/.test(part)) {
      const list = Array.isArray(holder) ? (holder as unknown[]) : [];
      return list.toSpliced(Number(part), 1, rest.length === 0 ? value : place(list[Number(part)], rest));
    }
    const object = typeof holder === "object" && holder !== null ? (holder as Loose) : {};
    return { ...object, [part]: rest.length === 0 ? value : place(object[part], rest) };
  };
  return place(stackFile("dev"), path) as Loose;
}

/** What the messages call a key. */
const named = (path: readonly string[]) => `slipway:${path.join(".")}`;

/** A value of another type than any of those that a key may have. */
function otherType(types: ReadonlySet<string>): unknown {
  const candidates: readonly [unknown, readonly string[]][] = [
    [["x"], ["array"]],
    [{ x: "y" }, ["object", "record"]],
    [true, ["boolean"]],
  ];
  return candidates.find(([, known]) => !known.some((type) => types.has(type)))?.[0];
}

/** What may have more to say than that its type is right: its form, or what it refers to. */
const plain = ["object", "record", "array", "boolean"];

describe("the table of bad input", () => {
  test("has keys of the schema only", () => {
    expect(Object.keys(rows).filter((key) => !keys.has(key))).toEqual([]);
  });

  test("has a row for each key whose value, or whose names, have a form", () => {
    const wanted = [...keys].filter(([, types]) => [...types].some((type) => !plain.includes(type)));
    expect(wanted.length).toBeGreaterThan(90);
    expect(wanted.map(([key]) => key).filter((key) => !(key in rows))).toEqual([]);
  });

  test("says why where anything will do", () => {
    for (const [key, row] of Object.entries(rows)) {
      if (typeof row === "string") expect(row.length, key).toBeGreaterThan(10);
      else expect(row.length, key).toBeGreaterThan(0);
    }
  });
});

describe("a value of a wrong type is named with its key and what it got", () => {
  const typed = [...keys].filter(([key]) => !key.endsWith("<name>"));
  test.each(typed.map(([key, types]) => [key, otherType(types)] as const))("%s: %j", (key, value) => {
    const path = pathOf(key);
    const found = problemsOf(withValue(path, value)).filter((problem) =>
      problem.startsWith(`${named(path)}: `),
    );
    expect(found.join("\n")).toMatch(/: got (a list|an object|true), expected \w+/);
  });
});

describe("a wrong value is named with its key, what it got and how to mend it", () => {
  const all = Object.entries(rows).flatMap(([key, row]) =>
    typeof row === "string" ? [] : row.map((one): [string, unknown, Row] => [key, show(one.value), one]),
  );

  test.each(all)("%s: %s", (key, _, { value, says, at: where }) => {
    const path = key.endsWith(".<name>") ? [...pathOf(key).slice(0, -1), String(value)] : pathOf(key);
    const problems = problemsOf(withValue(path, key.endsWith(".<name>") ? sampleOf(key) : value));
    const about = problems.filter((problem) => problem.startsWith(where ?? named(path)));
    expect(about.join("\n"), problems.join("\n")).toContain(says);
    for (const problem of problems) expect(problem).toMatch(/^slipway:[^:]+: .{15,}/);
  });

  /** What is below a name that is wrong: something that is right in itself. */
  function sampleOf(key: string): unknown {
    if (key === "environments.<name>") return {};
    if (key === "flux.resources.<name>") return {};
    if (key === "flux.replicas.<name>") return 1;
    return at(pathOf(key.replace("<name>", "*"))) ?? "1";
  }
});

describe("the whole of a configuration", () => {
  test("is told in one error: as many findings as there are mistakes, of every section", () => {
    const file = { git: 1, cluster: { name: "No" }, flux: { registry: "https://x", timeout: "1" } };
    const repositories = { "a.git": { role: "charts" } };
    const environments = { default: { quota: { pod: 1 }, syncs: { x: { path: "/" } } } };
    let thrown: unknown;
    try {
      validateStack({ ...file, repositories, environments }, secretNames);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    const { message } = thrown as ConfigError;
    for (const key of [
      ...["git", "cluster.name", "flux.registry", "flux.timeout", "repositories.a.git"],
      ...["environments.default", "environments.default.quota.pod", "environments.default.syncs.x.path"],
      "environments.default.syncs.x.source",
    ]) {
      expect(message).toContain(`- slipway:${key}: `);
    }
  });
});
