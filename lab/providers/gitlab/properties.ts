/** Properties between the engine and the host: what is wrong with them, what changed, and what is secret. */
import {
  at,
  containsSecret,
  isList,
  plain,
  plainValue,
  secret,
  UNKNOWN,
  type Json,
  type PropertyMap,
  type PropertyValue,
} from "../values.ts";
import type { Field, Kind, Plain, PlainValue } from "./kind.ts";

/** Something that is wrong with an input. */
export interface InputProblem {
  readonly property: string;
  readonly reason: string;
}

/** Everything that is wrong with a resource's inputs. */
export function inputProblems({ fields }: Kind, inputs: PropertyMap): InputProblem[] {
  const given = Object.entries(plain(inputs)).filter(([, value]) => value !== null);
  const wrong = given.flatMap(([property, value]) => {
    const field = Object.hasOwn(fields, property) ? fields[property] : undefined;
    if (field === undefined || field.from === "output")
      return [{ property, reason: "the lab's offline gitlab provider does not handle this property" }];
    const reason = valueProblem(field, value);
    return reason === undefined ? [] : [{ property, reason }];
  });
  const names = given.map(([property]) => property);
  const missing = Object.entries(fields)
    .filter(([property, { from }]) => from === "required" && !names.includes(property))
    .map(([property]) => ({ property, reason: "is missing" }));
  return [...wrong, ...missing];
}

function valueProblem({ type, oneOf, parts = [] }: Field, value: Json): string | undefined {
  if (value === UNKNOWN) return undefined;
  const fits = {
    text: typeof value === "string",
    number: typeof value === "number",
    truth: typeof value === "boolean",
    texts: isList(value) && value.every((item) => typeof item === "string" || item === UNKNOWN),
    items: isList(value) && value.every((item) => item === UNKNOWN || isItem(item, parts)),
  }[type];
  if (!fits) return `got ${typeof value}, expected ${words[type]}`;
  if (oneOf === undefined || typeof value !== "string" || oneOf.includes(value)) return undefined;
  return `got "${value}": write one of ${oneOf.join(", ")}`;
}

/** Whether a value is an object of these parts and no others. */
function isItem(value: Json, parts: readonly string[]): value is Record<string, Json> {
  return (
    typeof value === "object" &&
    value !== null &&
    !isList(value) &&
    Object.keys(value).every((part) => parts.includes(part))
  );
}

const words = {
  text: "a text",
  number: "a number",
  truth: "true or false",
  texts: "a list of texts",
  items: "a list of objects with parts that are handled",
};

/** Inputs with the provider's own defaults. */
export function withDefaults({ fields }: Kind, inputs: PropertyMap): PropertyMap {
  const defaults = Object.entries(fields).flatMap(([name, { otherwise }]) =>
    otherwise === undefined ? [] : [[name, otherwise] as const],
  );
  const given = Object.entries(inputs).filter(([, value]) => value !== null);
  return Object.fromEntries([...defaults, ...given]);
}

/** The properties without secrets, for the host. */
export function plainProperties(properties: PropertyMap): Plain {
  return plain(properties) as Plain;
}

/** Names of the properties whose value is to change; one that the host gives is left as it is. */
export function changedProperties(kind: Kind, state: PropertyMap, inputs: PropertyMap): string[] {
  const wanted = withDefaults(kind, inputs);
  return Object.entries(kind.fields)
    .filter(([name, field]) => {
      if (field.from === "output") return false;
      if (wanted[name] === undefined && field.from === "computed") return false;
      return !same(field, plainOrNothing(state[name]), plainOrNothing(wanted[name]));
    })
    .map(([name]) => name);
}

const plainOrNothing = (value: PropertyValue | undefined): Json => plainValue(value ?? null);

function same(field: Field, before: Json, after: Json): boolean {
  const [one, other] = [normal(field, before), normal(field, after)];
  // An unknown value is like no other.
  return one !== UNKNOWN && other !== UNKNOWN && JSON.stringify(one) === JSON.stringify(other);
}

/** In one form: nothing for what is as good as nothing, lists without an order. */
function normal({ type, from, trimmed, parts = [] }: Field, value: Json): Json {
  const nothing = value === null || value === "" || value === false || (isList(value) && value.length === 0);
  if (nothing && from === "optional") return null;
  if (type === "texts" && isList(value)) return [...value].map(String).sort();
  if (type === "items" && isList(value)) {
    const told = (item: Json) => {
      const part = isItem(item, parts) ? parts.find((name) => item[name] !== undefined) : undefined;
      return JSON.stringify(part === undefined ? item : [part, (item as Record<string, Json>)[part]]);
    };
    return value.map(told).sort();
  }
  return trimmed === true && typeof value === "string" ? value.trim() : value;
}

/**
 * The state of a resource: what the host has, and what is the provider's own.
 * What the program marks as a secret stays one.
 */
export function stateOf(kind: Kind, properties: Plain, inputs: PropertyMap): PropertyMap {
  const entries = Object.entries(kind.fields).flatMap(([name, field]) => {
    const given = inputs[name];
    const value: PropertyValue | undefined = field.local === true ? given : (properties[name] ?? undefined);
    if (value === undefined) return [];
    const hidden = field.secret === true || (given !== undefined && containsSecret(given));
    return [[name, hidden ? secret(plainValue(value)) : value] as const];
  });
  return Object.fromEntries(entries);
}

/** The state that a preview can tell: what the host will give is unknown. */
export function previewOf(kind: Kind, state: PropertyMap, inputs: PropertyMap): PropertyMap {
  const changed = changedProperties(kind, state, inputs);
  const unsure = new Set(changed.flatMap((name) => kind.derived?.[name] ?? []));
  const wanted = withDefaults(kind, inputs);
  const entries = Object.entries(kind.fields).flatMap(([name, field]) => {
    const known = unsure.has(name) ? undefined : state[name];
    const value =
      field.from === "output" ? known : (wanted[name] ?? (field.from === "computed" ? known : null));
    if (value === null) return [];
    return [[name, value ?? (field.secret === true ? secret(UNKNOWN) : UNKNOWN)] as const];
  });
  return Object.fromEntries(entries);
}

/** The inputs that would have made a resource, for an import. */
export function inputsOf(kind: Kind, properties: Plain): PropertyMap {
  const entries = Object.entries(kind.fields)
    .filter(([, { from, local }]) => from !== "output" && local !== true)
    .map(([name]): [string, PlainValue | undefined] => [name, properties[name]])
    .filter((entry): entry is [string, PlainValue] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** The inputs of before, with what the host has now: what a refresh gives. */
export function refreshedInputs(inputs: PropertyMap, state: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      at(plain(state), name) === undefined ? value : (state[name] ?? value),
    ]),
  );
}
