import { expect, test } from "vitest";
import { decide, stackTopic, type FoundRepository } from "../../components/git/adoption.ts";

const mark = stackTopic("slipway", "dev");
const wanted = { description: "Charts", topics: ["helm"], visibility: "private", adopt: false };
const found: FoundRepository = {
  name: "helm",
  description: "Charts",
  topics: ["helm", mark],
  visibility: "private",
  archived: false,
  variables: ["A"],
};

test("a repository that is not there is made", () => {
  expect(decide(wanted, undefined, mark)).toEqual({ kind: "create" });
});

test("one with the stack's topic is taken back, and what differs is named", () => {
  const adoption = { differing: [], variables: ["A"] };
  expect(decide(wanted, found, mark)).toEqual({ kind: "adopt", adoption });
  const changed = decide({ ...wanted, description: "Other" }, found, mark);
  expect(changed).toEqual({ kind: "adopt", adoption: { ...adoption, differing: ["description"] } });
});

test.each([
  ["somebody else's", ["helm"], "Slipway did not make it"],
  ["another stack's", [stackTopic("slipway", "prod")], "it belongs to another stack"],
])("%s is refused, unless the configuration adopts it", (_whose, topics, reason) => {
  const decision = decide(wanted, { ...found, topics }, mark);
  expect(decision.kind === "refuse" ? decision.message : decision.kind).toContain(reason);
  expect(decide({ ...wanted, adopt: true }, { ...found, topics }, mark).kind).toBe("adopt");
});

test("an archived one is refused", () => {
  expect(decide(wanted, { ...found, archived: true }, mark).kind).toBe("refuse");
});
