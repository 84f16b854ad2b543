import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  didYouMean,
  didYouMeanText,
  isLabel,
  isSubdomain,
  labelProblem,
  subdomainProblem,
} from "../../components/names.ts";

describe("a DNS label", () => {
  test.each(["a", "flux-system", "1-a", "a".repeat(63)])("may be %s", (name) => {
    expect(isLabel(name)).toBe(true);
    expect(labelProblem(name)).toBeUndefined();
  });

  test.each([
    ["Web App", "web-app"],
    ["-web-", "web"],
    ["web.app", "web-app"],
    ["a".repeat(64), "a".repeat(63)],
  ])("may not be %s, and the problem says what to write", (name, fixed) => {
    expect(isLabel(name)).toBe(false);
    expect(labelProblem(name)).toContain(`; write "${fixed}"`);
  });

  test("that is suggested is one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 80 }), (name) => {
        const fixed = /; write "([^"]*)"$/.exec(labelProblem(name) ?? "")?.[1];
        return fixed === undefined || isLabel(fixed);
      }),
    );
  });
});

describe("a DNS subdomain", () => {
  test.each(["a", "web.example.com", `${"a".repeat(63)}.b`, "a".repeat(253)])("may be %s", (name) => {
    expect(isSubdomain(name)).toBe(true);
  });

  test.each(["", ".", "a..b", "A.b", "a.", "a".repeat(254)])("may not be %j", (name) => {
    expect(isSubdomain(name)).toBe(false);
    expect(subdomainProblem(name)).toContain("is not a Kubernetes name");
  });

  test("that is suggested is one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 80 }), (name) => {
        const fixed = /; write "([^"]*)"$/.exec(subdomainProblem(name) ?? "")?.[1];
        return fixed === undefined || isSubdomain(fixed);
      }),
    );
  });
});

describe("didYouMean", () => {
  const candidates = ["source-controller", "helm-controller", "interval", "prune"];

  test.each([
    ["sourc-controller", "source-controller"],
    ["Helm-Controller", "helm-controller"],
    ["intreval", "interval"],
    ["prnue", "prune"],
  ])("finds what %s means", (value, meant) => {
    expect(didYouMean(value, candidates)).toBe(meant);
    expect(didYouMeanText(value, candidates)).toBe(` Did you mean "${meant}"?`);
  });

  test.each(["", "x", "completely-different-thing"])("keeps quiet about %j", (value) => {
    expect(didYouMean(value, candidates)).toBeUndefined();
    expect(didYouMeanText(value, candidates)).toBe("");
  });

  test("takes the nearest, the first of equals", () => {
    expect(didYouMean("cat", ["cart", "bat", "car"])).toBe("cart");
    expect(didYouMean("carts", ["bats", "cart", "carta"])).toBe("cart");
  });
});
