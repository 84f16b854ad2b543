import { Ajv } from "ajv";
import { beforeAll, describe, expect, test } from "vitest";
import { GitHubDescription } from "../../lab/git-host/github/openapi.ts";
import { toJsonSchema } from "../../lab/git-host/github/openapi-schema.ts";

const valid = (schema: object, value: unknown): boolean =>
  new Ajv({ strict: false }).validate(toJsonSchema(schema), value);

describe("a schema of OpenAPI 3.0", () => {
  test("takes null where it says nullable, and only there", () => {
    expect(valid({ type: "string" }, null)).toBe(false);
    expect(valid({ type: "string", nullable: true }, null)).toBe(true);
    expect(valid({ type: "string", nullable: true }, 5)).toBe(false);
    expect(valid({ type: "string", nullable: true, enum: ["a"] }, null)).toBe(true);
    expect(
      valid({ type: "object", properties: { a: { type: "string", nullable: true } } }, { a: null }),
    ).toBe(true);
  });

  test("takes null once, though several alternatives are nullable", () => {
    const alternatives = {
      oneOf: [
        { type: "string", nullable: true },
        { type: "integer", nullable: true },
      ],
    };
    expect([null, "a", 1, true].map((value) => valid(alternatives, value))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test("keeps a property that is named like a keyword", () => {
    const schema = {
      type: "object",
      properties: { description: { type: "string" }, nullable: { type: "integer" } },
    };
    expect(valid(schema, { description: 5 })).toBe(false);
    expect(valid(schema, { nullable: "x" })).toBe(false);
  });
});

describe("GitHub's description", () => {
  let github: GitHubDescription;
  beforeAll(() => {
    github = new GitHubDescription("api.github.com");
  });

  const problems = (method: string, path: string, status: number, body: unknown): string[] =>
    github.problems({ method, path, status, body, contentType: "application/json; charset=utf-8" });
  const key = { id: 1, key: "k", url: "u", title: "t", verified: true, created_at: "c", read_only: true };
  const notFound = { message: "Not Found", documentation_url: "https://docs.github.com/rest" };

  test("finds a missing property, a wrong type and a wrong format", () => {
    const { title, ...untitled } = key;
    expect(title).toBe("t");
    expect(problems("GET", "/repos/o/r/keys", 200, [key])).toEqual([]);
    expect(problems("GET", "/repos/o/r/keys", 200, [untitled])).toEqual([expect.stringContaining("'title'")]);
    expect(problems("GET", "/repos/o/r/keys", 200, [{ ...key, id: "1" }])).toEqual([
      expect.stringContaining("/0/id"),
    ]);
    expect(problems("GET", "/repos/o/r/keys", 200, [{ ...key, last_used: "yesterday" }])).toEqual(
      expect.arrayContaining([expect.stringContaining("date-time")]),
    );
  });

  test("checks the alternative that the discriminator names", () => {
    expect(problems("GET", "/user", 200, { user_view_type: "private", login: "x" })).toContain(
      "GET /user 200: the body must have required property 'two_factor_authentication'",
    );
    expect(problems("GET", "/user", 200, { user_view_type: "secret", login: "x" })).not.toEqual([]);
  });

  test("knows a path by its most literal pattern, and parts that hold slashes", () => {
    expect(problems("GET", "/repos/o/r/actions/secrets/public-key", 200, { key_id: "1", key: "k" })).toEqual(
      [],
    );
    expect(problems("GET", "/repos/o/r/commits/heads/main/statuses", 200, [])).toEqual([]);
    expect(problems("GET", "/repos/o/r/nothing", 200, {})).toEqual([
      "GET /repos/o/r/nothing 200: no such operation",
    ]);
  });

  test("holds errors to GitHub's form, also those that it does not list", () => {
    expect(problems("GET", "/repos/o/r", 404, notFound)).toEqual([]);
    expect(problems("GET", "/repos/o/r", 404, { ...notFound, message: 5 })).not.toEqual([]);
    expect(problems("GET", "/repos/o/r", 401, { ...notFound, message: 5 })).not.toEqual([]);
    expect(
      problems("GET", "/repos/o/r", 404, { message: "Not Found", documentation_url: "elsewhere" }),
    ).not.toEqual([]);
    expect(
      problems("POST", "/repos/o/r/keys", 422, { ...notFound, errors: [{ message: "no code" }] }),
    ).not.toEqual([]);
    expect(problems("GET", "/repos/o/r", 202, {})).toEqual([
      "GET /repos/o/r 202: the description has no such status",
    ]);
    expect(problems("DELETE", "/repos/o/r", 204, {})).toEqual([expect.stringContaining("should not")]);
  });
});
