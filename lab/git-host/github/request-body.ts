import type { z } from "zod";
import { GitHubError } from "./github-error.ts";

/**
 * Reads the body of a request. Keys that the schema does not name are dropped, as GitHub does.
 *
 * @throws {GitHubError} 422 in GitHub's words, for the first thing that is wrong
 */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new GitHubError(422, `Invalid request.\n\n${issue === undefined ? "" : describe(issue, body)}`);
}

function describe(issue: z.core.$ZodIssue, body: unknown): string {
  const path = issue.path.map(String);
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], body);
  if (value === undefined) return `"${path.join(".")}" wasn't supplied.`;
  const shown = value === null ? "nil" : JSON.stringify(value);
  const where = `For '${path.map((key) => (/^\d+$/.test(key) ? `items/${key}` : `properties/${key}`)).join("/")}'`;
  switch (issue.code) {
    case "invalid_type":
      return `${where}, ${shown} is not a${issue.expected === "array" ? "n array" : ` ${issue.expected}`}.`;
    case "invalid_value":
      return `${where}, ${shown} is not a member of ${JSON.stringify(issue.values)}.`;
    default:
      return `${where}, ${issue.message}.`;
  }
}
