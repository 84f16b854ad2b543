/** Parameters of requests: from the query and the body, as Grape, the framework of GitLab's API, reads and refuses them. */
import { z } from "zod";
import { BodyError } from "../json-body.ts";
import type { Call } from "./endpoint.ts";
import { badParameters } from "./gitlab-error.ts";

const truth: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  on: true,
  "1": true,
  false: false,
  f: false,
  off: false,
  "0": false,
};

/** A switch; a form's words for it count as well. */
export const flag = z.preprocess((value) => {
  if (typeof value !== "string" && typeof value !== "number") return value;
  return truth[String(value).toLowerCase()] ?? value;
}, z.boolean());

/** Text; a number is one, too. */
export const text = z.preprocess(
  (value) => (typeof value === "number" || typeof value === "boolean" ? String(value) : value),
  z.string(),
);

/** A whole number, as such or in digits. */
export const integer = z.preprocess(
  (value) => (typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value),
  z.int(),
);

/** A list of texts, as such or with commas. */
export const texts = z.preprocess(
  (value) =>
    typeof value === "string"
      ? value
          .split(",")
          .map((it) => it.trim())
          .filter((it) => it !== "")
      : value,
  z.array(z.string()),
);

/** Visibility of projects and groups. */
export const visibility = z.enum(["private", "internal", "public"]);

/** A day, such as `2026-12-31`; of a time only its day counts. */
export const date = z.preprocess(
  (value) => (typeof value === "string" ? value.slice(0, 10) : value),
  z.string().refine((value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))),
);

/** A time in ISO 8601. */
export const time = z
  .string()
  .refine((value) => !Number.isNaN(Date.parse(value)))
  .transform((value) => new Date(value).toISOString());

/**
 * Reads the parameters that an endpoint names, and drops the others. A null counts as not given where the schema does not
 * take it.
 *
 * @throws GitLabError 400 `{"error": …}` that names everything that is wrong
 */
export function readParameters<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  { query, body }: Pick<Call, "query" | "body">,
): z.output<z.ZodObject<Shape>> {
  const given = Object.entries({ ...nested(query), ...body }).filter(
    ([key, value]) =>
      value !== null || (key in schema.shape && z.safeParse(schema.shape[key] as z.ZodType, null).success),
  );
  const parameters = Object.fromEntries(given);
  const result = schema.safeParse(parameters);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describe(issue, parameters));
  throw badParameters([...new Set(problems)].join(", "));
}

/** Reads a body: JSON, or a form. */
export function parseBody(content: string, contentType: string): Readonly<Record<string, unknown>> {
  if (content.trim() === "") return {};
  if (contentType.startsWith("application/x-www-form-urlencoded"))
    return nested(new URLSearchParams(content));
  let body: unknown;
  try {
    body = JSON.parse(content);
  } catch {
    throw new BodyError("message body does not match declared format");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new BodyError("The request body is not an object");
  }
  return body as Record<string, unknown>;
}

/** `a=1&b[c]=2&d[]=3&e[][f]=4` as an object; in a list of objects, a key that is there already begins the next one. */
function nested(query: URLSearchParams): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, value] of query) {
    const [, list, key] = /^([^[\]]+)\[\]\[([^[\]]+)\]$/.exec(name) ?? [];
    if (list !== undefined && key !== undefined) {
      const items = (object[list] ??= []) as Record<string, unknown>[];
      const last = items.at(-1);
      if (last === undefined || key in last) items.push({ [key]: value });
      else last[key] = value;
      continue;
    }
    const [, outer = name, inner] = /^([^[\]]+)\[([^[\]]*)\]$/.exec(name) ?? [];
    if (inner === undefined) object[outer] = value;
    else if (inner === "") object[outer] = [...((object[outer] as unknown[] | undefined) ?? []), value];
    else object[outer] = { ...(object[outer] as object | undefined), [inner]: value };
  }
  return object;
}

function describe(issue: z.core.$ZodIssue, parameters: Record<string, unknown>): string {
  // What a list may hold is said of the list.
  const path = typeof issue.path.at(-1) === "number" ? issue.path.slice(0, -1) : issue.path;
  const [first = "", ...rest] = path.map(String);
  const name = `${first}${rest.map((key) => `[${key}]`).join("")}`;
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    parameters,
  );
  if (value === undefined) return `${name} is missing`;
  if (issue.code === "invalid_value") return `${name} does not have a valid value`;
  return issue.code === "too_small" ? `${name} is empty` : `${name} is invalid`;
}
