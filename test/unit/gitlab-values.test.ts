import { expect, test } from "vitest";
import {
  longestValue,
  maskableValue,
  maskingProblem,
  shortValue,
} from "../../components/git/gitlab/values.ts";

test("one line goes in as it is", () => {
  expect(maskableValue("KEY", "glpat-12345678")).toBe("glpat-12345678");
});

test("several lines go in as base64, which is one", () => {
  const key = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";
  const value = maskableValue("KEY", key);
  expect(value).toMatch(/^[A-Za-z0-9+/=]+$/);
  expect(Buffer.from(value, "base64").toString()).toBe(key);
});

test.each([
  ["blanks", "two words"],
  ["too little", "short"],
  ["too much", "x".repeat(longestValue + 1)],
])("what GitLab cannot mask for %s is refused by the secret's name, and not shown", (_, value) => {
  expect(() => maskableValue("KEY", value)).toThrow(/The CI secret KEY has /);
  expect(() => maskableValue("KEY", value)).not.toThrow(value);
});

test("what is wrong with a value is told without it, and nothing where it can be masked", () => {
  expect(maskingProblem("two words")).toBe("has blanks in it");
  expect(maskingProblem("short")).toBe("has fewer than 8 characters");
  expect(maskingProblem("a\nb c d e f g")).toBeUndefined();
});

test("a secret that is not masked goes in as it is, as long as it is not too long", () => {
  expect(shortValue("KEY", "two words")).toBe("two words");
  expect(() => shortValue("KEY", "x".repeat(longestValue + 1))).toThrow(/KEY has 10001 characters/);
});
