import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { findGitHubRepository } from "../../components/git/github/api.ts";
import { onHostFailure } from "../../components/git/host-failure.ts";
import { HostAwayError, hostState } from "../../components/git/host-request.ts";
import { patiently } from "../../components/patience.ts";

let server: Server | undefined;

afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

/** A host that gives these statuses, one after the other, and then the last one for ever. */
async function host(...statuses: number[]): Promise<string> {
  const listening = createServer((_, response) => {
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 200, { connection: "close" }).end("{}");
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`;
}

const look = (baseUrl: string) => findGitHubRepository({ owner: "acme", baseUrl, token: "a-token" }, "shop");

test.each([500, 502, 503, 429])("a host that answers %i is away for the moment", async (status) => {
  await expect(look(await host(status))).rejects.toThrow(HostAwayError);
});

test("so is one where nobody listens, and its error says why", async () => {
  const baseUrl = await host(200);
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  await expect(look(baseUrl)).rejects.toThrow(/^127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)$/);
});

test.each([401, 403])("one that answers %i is there: asking again does not help", async (status) => {
  const error: unknown = await look(await host(status)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(HostAwayError);
});

test("what is tried patiently works when the host is back, and says so once", async () => {
  const baseUrl = await host(503, 503, 404);
  const pauses: unknown[] = [];
  const found = await patiently(
    () => look(baseUrl),
    { attempts: 5, pauseMs: 1 },
    (error) => error instanceof HostAwayError,
    (error) => pauses.push(error),
  );
  expect(found).toBeUndefined();
  expect(pauses).toHaveLength(1);
});

test("what is tried patiently gives up after as many attempts", async () => {
  let attempts = 0;
  const work = () => Promise.reject(new Error(`attempt ${(attempts += 1)}`));
  await expect(patiently(work, { attempts: 3, pauseMs: 1 }, () => true)).rejects.toThrow("attempt 3");
});

test.each([
  [200, true],
  [401, true],
  [503, false],
])("a host that answers %i is there: %s", async (status, there) => {
  const baseUrl = await host(status);
  expect(await hostState(() => look(baseUrl))).toMatchObject({ there });
});

/** What the hook of the host's resources answers and says. */
async function outcome(errors: string[], answersFrom: number, mayRetry = () => Promise.resolve(true)) {
  const said: string[] = [];
  let asked = 0;
  const again = await onHostFailure(
    { urn: "urn", type: "github:index/repository:Repository", failedOperation: "create", errors },
    (severity, message) => {
      said.push(`${severity}: ${message}`);
      return Promise.resolve();
    },
    {
      name: "git.example",
      tokenFrom: "GITHUB_TOKEN",
      ask: () => Promise.resolve({ there: (asked += 1) >= answersFrom }),
      mayRetry,
    },
    { totalMs: 200, pollMs: 1, retries: 3, limitMs: 1, longestLimitMs: 10, settleMs: 1 },
  );
  return { again, said: said.join("\n") };
}

const refused = 'Post "http://git.example/api/v3/orgs/acme/repos": dial tcp: connect: connection refused';

test.each([
  refused,
  "POST https://api.github.com/orgs/acme/repos: 503 Service Unavailable []",
  "could not be pushed, in one attempt. Git said:\n  fatal: unable to access: Failed to connect to git.example port 443",
  "Git said:\n  fatal: unable to access: The requested URL returned error: 503",
])("a resource waits for a host that is away, and is tried again: %s", async (error) => {
  const { again, said } = await outcome([error], 3);
  expect(again).toBe(true);
  expect(said).toBe("warn: The Git host git.example does not answer: waiting up to 0.2 s for it …");
});

test("a resource gives up on a host that does not come back, and says what to do", async () => {
  const { again, said } = await outcome([refused], Infinity);
  expect(again).toBe(false);
  expect(said).toContain("error: The Git host git.example was away for longer than 0.2 s");
  expect(said).toContain("run `pulumi up` again");
});

test("a resource is not tried again where what is there already may not go", async () => {
  const mayRetry = () => Promise.reject(new Error("the repository exists"));
  const { again, said } = await outcome([refused], 1, mayRetry);
  expect(again).toBe(false);
  expect(said).toContain("error: What to do: the repository exists.");
});

test("a resource gives up on a host that goes away again and again", async () => {
  expect((await outcome(Array(4).fill(refused) as string[], 1)).again).toBe(false);
});

test.each([
  "POST https://api.github.com/orgs/acme/repos: 422 name is not allowed []",
  "Git said:\n  remote: denied",
])("a refusal is no absence: %s", async (error) => {
  expect(await outcome([error], 1)).toEqual({ again: false, said: "" });
});
