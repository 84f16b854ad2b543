/** Keys and tokens that are replaced on a bare Git host, by the real Pulumi: in which order, and after a first `up` that failed. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostStack, type HostKind } from "./host-stack.ts";

interface Row {
  readonly kind: HostKind;
  /** A secret whose setting fails the first run. */
  readonly fails: readonly ["PUT" | "POST", string];
  /** Sets a value of CI, whichever. */
  readonly sets: RegExp;
  /** What happens to the key, and to the token where the host has one: made, given to CI, ended. */
  readonly key: readonly [RegExp, RegExp, RegExp];
  readonly token: readonly RegExp[];
}

const rows: readonly Row[] = [
  {
    kind: "github",
    fails: ["PUT", "/actions/secrets/PASSWORD$"],
    sets: / PUT \S+\/secrets\/\w+ 20\d/,
    key: [
      / POST \S+\/shop\/keys 201/,
      / PUT \S+\/secrets\/DEPLOY_KEY 204/,
      / DELETE \S+\/shop\/keys\/\d+ 204/,
    ],
    token: [],
  },
  {
    kind: "gitlab",
    fails: ["POST", "/projects/\\d+/variables$"],
    sets: / (POST|PUT) \S+\/variables(\/\w+)? 20\d/,
    key: [
      / POST \S+\/deploy_keys 201/,
      / PUT \S+\/variables\/DEPLOY_KEY 200/,
      / DELETE \S+\/deploy_keys\/\d+ 204/,
    ],
    token: [
      / POST \S+\/access_tokens 201/,
      / PUT \S+\/variables\/DEPLOY_TOKEN 200/,
      / DELETE \S+\/access_tokens\/\d+ 204/,
    ],
  },
];

describe.each(rows)("on $kind", (row) => {
  let stack: HostStack;

  beforeAll(async () => {
    stack = await HostStack.start(row.kind);
  });
  afterAll(() => stack.stop());

  /** Runs `up`, and gives the numbers of the requests of each kind. */
  async function up(generation: string, patterns: readonly RegExp[]): Promise<number[][]> {
    const { length } = stack.host.lines;
    const ended = await stack.pulumi("up", [], { KEY_GENERATION: generation });
    expect(ended.code, ended.all).toBe(0);
    const lines = stack.host.lines.slice(length);
    return patterns.map((one) => lines.flatMap((line, number) => (one.test(line) ? [number] : [])));
  }

  /** Each once, and one after the other. */
  function expectInOrder(requests: readonly number[][]): void {
    expect(requests.map(({ length }) => length)).toEqual(requests.map(() => 1));
    expect(requests.flat()).toEqual(requests.flat().toSorted((a, b) => a - b));
  }

  test("a key is replaced in its order also by the run that follows a first one that failed", async () => {
    const [method, path] = row.fails;
    const answer = { status: 401, body: { message: "Bad credentials" } };
    stack.faults.add({ method, path, times: 9, does: { kind: "answer", answer } });
    const first = await stack.pulumi("up", [], { KEY_GENERATION: "first" });
    expect(first.code).not.toBe(0);
    stack.faults.clear();
    const [made = [], removed = [], set = []] = await up("second", [row.key[0], row.key[2], row.sets]);
    expectInOrder([made, removed]);
    expect(Math.max(...set)).toBeGreaterThan(Math.max(...made));
    expect(Math.min(...removed)).toBeGreaterThan(Math.max(...set));
  });

  test("a new generation makes another key and another token; CI has them before the old ones go", async () => {
    const requests = await up("third", [...row.key, ...row.token]);
    expectInOrder(requests.slice(0, row.key.length));
    expectInOrder(requests.slice(row.key.length));
  });

  test("the same generation changes nothing", async () => {
    const again = await stack.pulumi("up", ["--expect-no-changes"], { KEY_GENERATION: "third" });
    expect(again.code, again.all).toBe(0);
  });
});
