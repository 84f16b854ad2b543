import { describe, expect, test } from "vitest";
import {
  endIsNear,
  planKey,
  type KeyPlan,
  type KeyRecord,
  type KeyRules,
} from "../../components/git/keys/key-life.ts";

const now = new Date("2026-11-21T22:00:00.000Z");
const rules = (more: Partial<KeyRules> = {}): KeyRules => ({ rotate: {}, renewBefore: "14d", ...more });
const record = (more: Partial<KeyRecord> = {}): KeyRecord => ({ since: "2026-09-01T10:00:00.000Z", ...more });

const plan = (
  known: KeyRecord | "new" | "unknown",
  wanted: Partial<KeyRules> = {},
  { at = now, expires = true, end }: { at?: Date; expires?: boolean; end?: string } = {},
): KeyPlan =>
  planKey(
    {
      name: "web",
      exists: known !== "new",
      ...(typeof known === "object" && { record: known }),
      end,
    },
    rules(wanted),
    at,
    expires,
  );

/** What the next run finds, after one that came to its end. */
const written = (made: KeyPlan, at = now): KeyRecord => ({
  since: (made.renewal === undefined ? made.since : undefined) ?? at.toISOString(),
  ...made.record,
});

describe("a key that nothing asks for anything", () => {
  test("is made, written down, and left alone", () => {
    const first = plan("new");
    expect(first).toMatchObject({ postponed: false, record: {} });
    const second = plan(written(first));
    expect(second).toMatchObject({ generation: first.generation, since: now.toISOString() });
    expect(second.renewal).toBeUndefined();
  });

  test("and that a stack has had before anything was written down is not replaced, now or later", () => {
    const first = plan("unknown");
    expect(first).toMatchObject({ postponed: false, record: {} });
    expect(first.renewal).toBeUndefined();
    expect(plan(written(first)).generation).toBe(first.generation);
  });
});

describe("a rotation by the configuration", () => {
  test.each<[string, Partial<KeyRules>]>([
    ["of all keys", { rotation: "2026-11" }],
    ["of this key", { rotate: { web: "leaked" } }],
  ])("%s: happens once, and only another text makes another one", (_, wanted) => {
    const before = plan(record());
    const renewed = plan(record(), wanted);
    expect(renewed.renewal).toBe("rotation");
    expect(renewed.generation).not.toBe(before.generation);
    const after = written(renewed);
    expect(after.since).toBe(now.toISOString());
    expect(plan(after, wanted)).toMatchObject({ generation: renewed.generation, since: after.since });
    expect(plan(after, wanted).renewal).toBeUndefined();
  });

  test("is nobody's business but the key's that it names", () => {
    expect(plan(record(), { rotate: { api: "leaked" } }).renewal).toBeUndefined();
    expect(plan(record(), { rotate: { api: "leaked" } }).generation).toBe(plan(record()).generation);
  });

  test("that is taken out of the configuration again changes nothing", () => {
    const renewed = plan(record(), { rotation: "2026-11", rotate: { web: "leaked" } });
    const after = plan(written(renewed));
    expect(after.renewal).toBeUndefined();
    expect(after.generation).toBe(renewed.generation);
  });

  test("asks for the same key when the run is repeated, for it did not come to its end", () => {
    const again = new Date("2026-11-21T23:00:00.000Z");
    const wanted = { rotation: "2026-11", maxAge: "60d", expireAfter: "90d" };
    expect(plan(record(), wanted, { at: again }).generation).toBe(plan(record(), wanted).generation);
  });

  test("is left to the next run where the age was never written down: nothing could be compared", () => {
    const first = plan("unknown", { rotation: "2026-11", expireAfter: "90d" });
    expect(first).toMatchObject({ generation: plan("unknown").generation, postponed: true, record: {} });
    const second = plan(written(first), { rotation: "2026-11", expireAfter: "90d" });
    expect(second).toMatchObject({ renewal: "rotation", record: { rotation: "2026-11" } });
  });

  test("of a key that is new is none", () => {
    const first = plan("new", { rotation: "2026-11" });
    expect(first.renewal).toBeUndefined();
    expect(plan(written(first), { rotation: "2026-11" }).generation).toBe(first.generation);
  });
});

describe("a rotation by age", () => {
  test("comes with the day, and not before", () => {
    const at = (text: string) => plan(record(), { maxAge: "30d" }, { at: new Date(text) }).renewal;
    expect(at("2026-10-01T09:59:59Z")).toBeUndefined();
    expect(at("2026-10-01T10:00:00Z")).toBe("age");
  });

  test("happens once, is the same a day later, and counts from the new key on", () => {
    const renewed = plan(record(), { maxAge: "30d" });
    const dayLater = new Date("2026-11-22T22:00:00.000Z");
    expect(plan(record(), { maxAge: "30d" }, { at: dayLater }).generation).toBe(renewed.generation);
    const after = written(renewed);
    expect(plan(after, { maxAge: "30d" }, { at: dayLater })).toMatchObject({
      generation: renewed.generation,
      since: after.since,
    });
    const monthLater = new Date("2026-12-21T22:00:00.000Z");
    expect(plan(after, { maxAge: "30d" }, { at: monthLater }).renewal).toBe("age");
  });

  test("is asked for by nothing but `maxAge`", () => {
    const renewed = plan(record(), { maxAge: "30d" });
    expect(plan(written(renewed), {}).generation).toBe(renewed.generation);
  });
});

describe("a key's end", () => {
  test("is the midnight after the days, so that it is the same all day", () => {
    const { record: made } = plan("new", { expireAfter: "90d" });
    expect(made.expires).toBe("2027-02-19T00:00:00Z");
    const midnight = new Date("2026-11-21T00:00:00.000Z");
    expect(plan("new", { expireAfter: "90d" }, { at: midnight }).record).toEqual(made);
  });

  test("is another key, since a host cannot change it: given for the first time, or sooner", () => {
    const first = plan(record(), { expireAfter: "90d" });
    expect(first).toMatchObject({ renewal: "expiry", record: { expires: "2027-02-19T00:00:00Z" } });
    const after = written(first);
    expect(plan(after, { expireAfter: "90d" }).renewal).toBeUndefined();
    expect(plan(after, { expireAfter: "30d" })).toMatchObject({ renewal: "expiry" });
    expect(plan(after, { expireAfter: "400d" }).generation).toBe(first.generation);
    expect(plan(after, {}).generation).toBe(first.generation);
  });

  test("moves with every new key, and goes with the next one where none is wanted any more", () => {
    const ending = record({ expires: "2026-12-01T00:00:00Z" });
    const moved = plan(ending, { rotation: "now", expireAfter: "90d" });
    expect(moved.record.expires).toBe("2027-02-19T00:00:00Z");
    expect(plan(ending, { rotation: "now" }).record.expires).toBeUndefined();
  });

  test("is none on a host that ends no keys, and a move to one keeps the key", () => {
    expect(plan("new", { expireAfter: "90d" }, { expires: false }).record).toEqual({});
    const ending = record({ expires: "2026-12-01T00:00:00Z" });
    const moved = plan(ending, { expireAfter: "90d" }, { expires: false });
    expect(moved.renewal).toBeUndefined();
    expect(moved.generation).toBe(plan(ending, { expireAfter: "90d" }).generation);
  });

  test.each([
    ["2026-12-05T22:00:01Z", "no"],
    ["2026-12-05T22:00:00Z", "soon"],
    ["2026-11-21T22:00:01Z", "soon"],
    ["2026-11-21T22:00:00Z", "over"],
  ] as const)("of %s, looked at 14 days before the 5th of December: %s", (expires, near) => {
    expect(endIsNear(plan(record({ expires })), rules(), now)).toBe(near);
  });

  test("is nothing to speak of for a key that the run replaces", () => {
    const renewed = plan(record({ expires: "2026-11-01T00:00:00Z" }), { rotate: { web: "renewed" } });
    expect(endIsNear(renewed, rules(), now)).toBe("no");
  });
});

describe("an end of its own, as a project's token has", () => {
  const [end, later] = ["2026-12-01T00:00:00Z", "2027-06-30T00:00:00Z"];
  const own = (known: KeyRecord | "new" | "unknown", wanted: Partial<KeyRules> = {}, at = end) =>
    plan(known, wanted, { end: at, expires: false });

  test("is written down, and stays whatever the rules say", () => {
    const first = own("new", { expireAfter: "90d" });
    expect(first).toMatchObject({ record: { expires: end }, postponed: false });
    expect(own(written(first), { expireAfter: "30d" })).toMatchObject({ generation: first.generation });
    expect(own(written(first), { expireAfter: "30d" }).renewal).toBeUndefined();
  });

  test.each([later, "2026-11-25T00:00:00Z"])("that is another one, %s, is another token", (other) => {
    const first = own("new");
    expect(own(written(first), {}, other)).toMatchObject({ renewal: "expiry", record: { expires: other } });
    expect(own(written(first), {}, other).generation).not.toBe(first.generation);
  });

  test("stays where the token is replaced by the configuration or by its age", () => {
    const first = written(own("new"), new Date("2026-10-01T00:00:00Z"));
    expect(own(first, { rotation: "x" })).toMatchObject({ renewal: "rotation", record: { expires: end } });
    expect(own(first, { maxAge: "30d" })).toMatchObject({ renewal: "age", record: { expires: end } });
  });

  test("replaces nothing that was there before anything was written down", () => {
    const first = own("unknown");
    expect(first).toMatchObject({ postponed: false, record: { expires: end } });
    expect(own(written(first)).generation).toBe(first.generation);
    expect(own("unknown", { rotation: "x" }).postponed).toBe(true);
  });
});

test("what was written down of a key that the stack does not have says nothing of the one that takes its place", () => {
  const other = record({ rotation: "2026-10", expires: "2026-12-01T00:00:00Z" });
  const known = { name: "web", exists: false, record: other };
  expect(planKey(known, rules({ rotation: "2026-11" }), now, true)).toEqual(
    plan("new", { rotation: "2026-11" }),
  );
});
