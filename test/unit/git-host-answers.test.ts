/** What the errors of providers, of Git and of Slipway's own requests are taken for, and what is done then. */
import { describe, expect, test } from "vitest";
import type { Failure } from "../../components/failures.ts";
import { answerIn, type HostAnswer } from "../../components/git/host-answers.ts";
import { onHostFailure } from "../../components/git/host-failure.ts";
import type { HostState } from "../../components/git/host-request.ts";
import { limitEnd, limitIn, limitOf } from "../../components/git/rate-limit.ts";

const github = "https://api.github.com/repos/acme/shop";
const gitlab = "https://gitlab.com/api/v4/projects/7";

describe("an error of the provider", () => {
  test.each<[HostAnswer | undefined, string]>([
    ["limited", `POST ${github}/keys: 429 You have exceeded a secondary rate limit. Please wait []`],
    [
      "limited",
      `POST ${github}/keys: 403 You have exceeded a secondary rate limit and have been temporarily blocked`,
    ],
    [
      "limited",
      `GET ${github}: 403 API rate limit of 5000 still exceeded until 2026-11-21 22:00:00 +0000 UTC, not making remote request. [rate reset in 12m03s]`,
    ],
    ["limited", `POST ${gitlab}/variables: 429 {error: Retry later}`],
    ["limited", "git.example answers 429 Retry later to GET projects/7"],
    ["limited", "Git said:\n  fatal: unable to access 'https://…': The requested URL returned error: 429"],
    ["away", `PUT ${github}/topics: 503 Service Unavailable []`],
    ["away", `POST ${gitlab}/deploy_keys: 502`],
    ["away", `Post "${gitlab}/variables": EOF`],
    ["away", "Git said:\n  fatal: the remote end hung up: Empty reply from server"],
    [
      "taken",
      "POST https://api.github.com/orgs/acme/repos: 422 Repository creation failed. [{Resource:Repository Field:name Code:custom Message:name already exists on this account}]",
    ],
    [
      "taken",
      `POST ${github}/keys: 422 Validation Failed [{Resource:PublicKey Field:key Code:custom Message:key is already in use}]`,
    ],
    ["taken", `POST ${github}/actions/variables: 409 Already exists - Variable already exists []`],
    ["taken", `POST ${gitlab}/variables: 400 {message: {key: [(URL) has already been taken]}}`],
    [
      "taken",
      "GitLab answers 400 to POST /api/v4/projects/7/job_token_scope/allowlist: 400 Bad request - Target project is already in the job token scope",
    ],
    [
      "taken",
      `POST ${github}/hooks: 422 Validation Failed [{Resource:Hook Field:base Code:custom Message:Hook already exists on this repository}]`,
    ],
    [
      "taken",
      "GitLab answers 400 to POST /api/v4/projects/7/approval_rules: rule_type any-approver for the project already exists",
    ],
    ["conflict", `PATCH ${github}: 409 Conflict []`],
    ["conflict", `PUT ${gitlab}: 409 {message: 409 Conflict: Resource lock}`],
    ["missing", `POST ${github}/keys: 404 Not Found []`],
    ["missing", "404 Not Found"],
    [
      "missing",
      "GitLab answers 400 to DELETE /api/v4/projects/7/job_token_scope/allowlist/8: 400 Bad request - Target project is not in the job token scope",
    ],
    [
      "missing",
      "expected non-nil error with nil state during Create of urn:pulumi:dev::slipway::github:index/repositoryDeployKey:RepositoryDeployKey::key",
    ],
    ["token", `GET ${github}: 401 Bad credentials []`],
    ["token", `GET ${gitlab}: 401 {error: invalid_token, error_description: Token is expired.}`],
    ["token", "Git said:\n  fatal: Authentication failed for 'https://git.example/acme/shop.git/'"],
    ["forbidden", `POST ${github}/keys: 403 Resource not accessible by personal access token []`],
    ["refused", `POST ${github}/keys: 422 Validation Failed [{Message:key is invalid}]`],
    [undefined, "the chart has no such version"],
  ])("is taken for %s: %s", (answer, error) => {
    expect(answerIn(error)).toBe(answer);
  });
});

describe("a limit", () => {
  const now = Date.parse("2026-11-21T22:00:00Z");
  const reset = String(now / 1000 + 90);
  test.each([
    [429, { "retry-after": "7" }, "", { waitMs: 7000 }],
    [429, { "retry-after": "Sat, 21 Nov 2026 22:00:30 GMT" }, "", { waitMs: 30_000 }],
    [
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
      "API rate limit exceeded",
      { waitMs: 90_000 },
    ],
    // The reset is that of the hour's limit, which is not the one that is used up.
    [
      403,
      { "x-ratelimit-remaining": "9", "x-ratelimit-reset": reset },
      "You have exceeded a secondary rate limit",
      {},
    ],
    [429, { "ratelimit-remaining": "0", "ratelimit-reset": reset }, "Retry later", { waitMs: 90_000 }],
    [503, { "retry-after": "3" }, "", { waitMs: 3000 }],
    [503, {}, "", undefined],
    [403, {}, "Must have admin rights to Repository.", undefined],
    [404, { "x-ratelimit-remaining": "0" }, "", undefined],
  ])("is read from an answer %i with %o", (status, headers, words, limit) => {
    expect(limitOf({ status, headers: new Headers(headers as Record<string, string>) }, words, now)).toEqual(
      limit,
    );
  });

  test("is read from go-github's words, and told with its end", () => {
    expect(limitIn("403 API rate limit exceeded [rate reset in 1h12m03s]")).toEqual({ waitMs: 4_323_000 });
    expect(limitIn("409 Conflict")).toBeUndefined();
    expect(limitEnd(90_000, now)).toBe("in 90 s, at 22:01:30 UTC");
    expect(limitEnd(720_000, now)).toBe("in 12 min, at 22:12:00 UTC");
  });
});

interface Situation {
  readonly state?: HostState;
  readonly operation?: Failure["failedOperation"];
  readonly mayRetry?: boolean | Error;
  /** What the host's own advice is for what it does not let. */
  readonly advice?: string;
}

/** What the hook of the host's resources answers and says. */
async function outcome(
  errors: string[],
  { state = { there: true }, operation = "create", mayRetry = true, advice }: Situation = {},
) {
  const said: string[] = [];
  const began = Date.now();
  const again = await onHostFailure(
    {
      urn: "urn",
      type: "github:index/repositoryDeployKey:RepositoryDeployKey",
      failedOperation: operation,
      errors,
    },
    (severity, message) => {
      said.push(`${severity}: ${message}`);
      return Promise.resolve();
    },
    {
      name: "git.example",
      tokenFrom: "GITHUB_TOKEN",
      forbids: () => advice,
      ask: () => Promise.resolve(state),
      mayRetry: () => (mayRetry instanceof Error ? Promise.reject(mayRetry) : Promise.resolve(mayRetry)),
    },
    { totalMs: 20, pollMs: 1, retries: 3, limitMs: 1, longestLimitMs: 60, settleMs: 5 },
  );
  return { again, said: said.join("\n"), waitedMs: Date.now() - began };
}

describe("what could not be made", () => {
  const limited = `POST ${github}/keys: 429 You have exceeded a secondary rate limit []`;
  const conflict = `POST ${github}/keys: 409 Conflict []`;
  const missing = `POST ${github}/keys: 404 Not Found []`;
  const taken = `POST ${github}/keys: 422 Validation Failed [{Message:key is already in use}]`;

  test("for a limit is tried again when it ends, which the host is asked", async () => {
    const { again, said, waitedMs } = await outcome([limited], { state: { there: true, waitMs: 50 } });
    expect(again).toBe(true);
    // A timer may end a millisecond early.
    expect(waitedMs).toBeGreaterThanOrEqual(49);
    expect(said).toMatch(
      /^warn: The Git host git\.example limits requests: going on in 1 s, at \d\d:\d\d:\d\d UTC …$/,
    );
  });

  test("for a limit that lasts too long, or comes again and again, is an error with its end", async () => {
    const long = await outcome([limited], { state: { there: true, waitMs: 720_000 } });
    expect(long.again).toBe(false);
    expect(long.said).toMatch(/takes more in 12 min, at .* UTC\.\nWhat to do: run `pulumi up` again then/);
    expect((await outcome([limited, limited, limited])).again).toBe(true);
    expect((await outcome([limited, limited, limited, limited])).again).toBe(false);
  });

  test.each([conflict, missing])("yet is tried again four times, and then is an error: %s", async (error) => {
    expect((await outcome([error])).again).toBe(true);
    const fourth = await outcome(Array(4).fill(error) as string[]);
    expect(fourth.again).toBe(true);
    expect(fourth.waitedMs).toBeGreaterThanOrEqual(19);
    const last = await outcome(Array(5).fill(error) as string[]);
    expect(last.again).toBe(false);
    expect(last.said).toContain("run `pulumi up` again");
  });

  test("for it is there already is tried again once, when what is there is the stack's", async () => {
    expect((await outcome([taken])).again).toBe(true);
    expect((await outcome([taken, taken])).again).toBe(false);
    expect((await outcome([taken], { operation: "update" })).again).toBe(true);
    expect((await outcome([taken], { operation: "delete" })).again).toBe(false);
    const theirs = await outcome([taken], { mayRetry: new Error("remove it on the host") });
    expect(theirs).toMatchObject({ again: false, said: "error: What to do: remove it on the host." });
  });

  test("for it is gone already, which a lost request may have done, is an error that says how it is forgotten", async () => {
    const { again, said } = await outcome([`DELETE ${github}/keys/1: 404 Not Found []`], {
      operation: "delete",
    });
    expect(again).toBe(false);
    expect(said).toMatch(/^error: What to do: it is gone from the host already.*Run `pulumi up --refresh`/);
  });

  test("for want of a token, or of its rights, is an error that says where it comes from", async () => {
    const expired = await outcome([`GET ${github}: 401 Bad credentials []`]);
    expect(expired.again).toBe(false);
    expect(expired.said).toMatch(/git\.example does not know the token, or it has expired.*set GITHUB_TOKEN/);
    expect((await outcome([`POST ${github}/keys: 403 Resource not accessible []`])).said).toContain(
      "may not do this",
    );
  });

  test("for want of a plan is an error with the host's own advice", async () => {
    const advice = "leave it out where there is no such plan";
    for (const errors of [
      [`POST ${github}/rules: 403 Forbidden []`],
      Array(5).fill(`POST ${github}/rules: 404 Not Found []`) as string[],
    ]) {
      const { again, said } = await outcome(errors, { advice });
      expect(again).toBe(false);
      expect(said).toContain(`What to do: ${advice}. Then run \`pulumi up\` again`);
    }
  });
});
