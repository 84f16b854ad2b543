/** How long something is waited for, by a clock of the test's own. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answers } from "../../components/away.ts";
import type { Failure } from "../../components/failures.ts";
import { hostPatience, onHostFailure } from "../../components/git/host-failure.ts";
import { askPatiently } from "../../components/git/hook-inputs.ts";
import { HostAwayError, hostState, longestWaitMs, refusal } from "../../components/git/host-request.ts";
import { patiently, patienceSeconds } from "../../components/patience.ts";

// The clock has no timers that are promises; those of Node are made of its others here.
vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((resolve) => globalThis.setTimeout(resolve, ms)),
}));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Lets a clock run until something is done; gives its outcome, and when it was. */
async function timed<T>(work: () => Promise<T>): Promise<{ outcome: T | Error; ms: number }> {
  const began = Date.now();
  let ended: { outcome: T | Error; ms: number } | undefined;
  const end = (outcome: T | Error) => (ended = { outcome, ms: Date.now() - began });
  void work().then(end, (error: unknown) => end(error as Error));
  for (let timers = 0; ended === undefined && timers < 100; timers += 1)
    await vi.advanceTimersToNextTimerAsync();
  if (ended === undefined) throw new Error("it has not ended");
  return ended;
}

/** Work that fails a number of times, and when each attempt was. */
function failing(times: number, error: Error = new Error("away")) {
  const at: number[] = [];
  const began = Date.now();
  const work = () => {
    at.push(Date.now() - began);
    return at.length > times ? Promise.resolve("done") : Promise.reject(error);
  };
  return { at, work };
}

describe("what is tried patiently", () => {
  const patience = { attempts: 4, pauseMs: 1000 };

  test("is tried as often as is said, after longer and longer pauses, and then fails with its last error", async () => {
    const { at, work } = failing(Infinity, new Error("away"));
    const { outcome, ms } = await timed(() => patiently(work, patience, () => true));
    expect(outcome).toEqual(new Error("away"));
    expect(at).toEqual([0, 1000, 3000, 6000]);
    expect(ms).toBe(patienceSeconds(patience) * 1000);
  });

  test("waits as long as it is told to, and its own pause where that is longer", async () => {
    const { at, work } = failing(3);
    const waits = [5000, 10, 30_000];
    const { outcome } = await timed(() => patiently(work, patience, () => waits.shift() ?? true));
    expect(outcome).toBe("done");
    expect(at).toEqual([0, 5000, 7000, 37_000]);
  });

  test("ends at once by what does not pass", async () => {
    const { at, work } = failing(1);
    const { outcome, ms } = await timed(() => patiently(work, patience, () => false));
    expect([outcome, ms, at]).toEqual([new Error("away"), 0, [0]]);
  });
});

describe("what a hook asks of the host", () => {
  const answer = (status: number, headers: Record<string, string> = {}) => {
    const response = new Response(null, { status, headers });
    Object.defineProperty(response, "url", { value: "https://git.example/api/v4/projects/7" });
    return response;
  };
  const limited = (seconds: number) =>
    refusal(answer(429, { "retry-after": String(seconds) }), "Retry later", "GET projects/7");

  test("is asked again no earlier than Retry-After says", async () => {
    const { at, work } = failing(2, limited(45));
    expect((await timed(() => askPatiently(work))).outcome).toBe("done");
    expect(at).toEqual([0, 45_000, 90_000]);
  });

  test("is not asked again where the limit lasts longer than anybody waits", async () => {
    const { at, work } = failing(2, limited(longestWaitMs.update / 1000 + 1));
    expect((await timed(() => askPatiently(work))).outcome).toBeInstanceOf(HostAwayError);
    expect(at).toEqual([0]);
  });

  test("is asked for 28 s of a host that stays away", async () => {
    const { at, work } = failing(Infinity, refusal(answer(503), "", "GET projects/7"));
    expect((await timed(() => askPatiently(work))).ms).toBe(28_000);
    expect(at).toHaveLength(8);
  });

  test("is asked again where a write met another one; a read has another reason for 409", async () => {
    const write = failing(1, refusal(answer(409), "Resource lock", "DELETE projects/7/hooks/1"));
    expect((await timed(() => askPatiently(write.work))).outcome).toBe("done");
    const read = failing(1, refusal(answer(409), "Git Repository is empty", "GET repos/acme/shop/commits"));
    expect((await timed(() => askPatiently(read.work))).outcome).toBeInstanceOf(Error);
    expect([write.at, read.at]).toEqual([[0, 1000], [0]]);
  });
});

describe("what could not be made, changed or deleted", () => {
  const ask = (waitMs: number) => () =>
    hostState(() => Promise.reject(new HostAwayError("git.example answers 429", waitMs)));
  const wait = (errors: string[], state: () => ReturnType<typeof hostState>) =>
    timed(() =>
      onHostFailure(
        {
          urn: "urn",
          type: "github:index/repositoryDeployKey:RepositoryDeployKey",
          errors,
        } as unknown as Failure,
        () => Promise.resolve(),
        { name: "git.example", tokenFrom: "", ask: state, mayRetry: () => Promise.resolve(true) },
      ),
    );
  const limit = "POST https://git.example/keys: 429 You have exceeded a secondary rate limit []";
  const conflict = "POST https://git.example/keys: 409 Conflict []";
  const here = () => Promise.resolve({ there: true });

  test.each([
    ["for as long as the host says that its limit lasts", [limit], ask(77_000), true, 77_000],
    ["for as long as the provider says", [`${limit} [rate reset in 1m03s]`], here, true, 63_000],
    ["a minute where nobody says", [limit], here, true, hostPatience.limitMs],
    ["twice as long the second time", [limit, limit], here, true, 2 * hostPatience.limitMs],
    ["not at all for a limit that lasts too long", [limit], ask(hostPatience.longestLimitMs + 1), false, 0],
    ["not a fourth time for a limit", [limit, limit, limit, limit], ask(1000), false, 0],
    ["a second for a conflict", [conflict], here, true, 1000],
    ["four for the fourth one", [conflict, conflict, conflict, conflict], here, true, 4000],
    ["and not for a fifth", [conflict, conflict, conflict, conflict, conflict], here, false, 0],
    [
      "as long as a host that is away is waited for",
      ["EOF"],
      () => Promise.resolve({ there: false }),
      false,
      30_000,
    ],
  ] as const)("waits %s", async (_, errors, state, again, ms) => {
    expect(await wait([...errors], state)).toEqual({ outcome: again, ms });
  });
});

test("a host that is away is asked every second, until it is there", async () => {
  let asked = 0;
  const said: string[] = [];
  const found = await timed(() =>
    answers(
      () => Promise.resolve((asked += 1) > 5),
      { totalMs: 30_000, pollMs: 1000, retries: 1 },
      () => Promise.resolve(void said.push("waiting")),
    ),
  );
  expect(found).toEqual({ outcome: true, ms: 5000 });
  expect(said).toHaveLength(1);
});
