/**
 * Hosts that misbehave while a stack's resources are made: the real Pulumi and providers on a bare host, each resource hit by
 * what hosts do. What is looked at is the host.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Fault, FaultyAnswer } from "../../lab/git-host/faults.ts";
import { gitHubFaults } from "../../lab/git-host/github/faults.ts";
import { gitLabFaults } from "../../lab/git-host/gitlab/faults.ts";
import { HostStack, type HostKind, type OnHost } from "./host-stack.ts";

interface Row {
  readonly kind: HostKind;
  /** A request of each resource: method and path. */
  readonly requests: Readonly<
    Record<"repository" | "key" | "variable" | "secret" | "scope", readonly [string, string]>
  >;
  /** Limits that end in a second, of which the provider waits for the second one by itself. */
  readonly limited: () => FaultyAnswer;
  readonly limitedToo: () => FaultyAnswer;
  readonly long: () => FaultyAnswer;
  readonly conflict: FaultyAnswer;
  readonly missing: FaultyAnswer;
  readonly expired: FaultyAnswer;
  /** What the provider reads of a thing that it has just made. */
  readonly lostReads: readonly (readonly [string, string])[];
  /** What the host is asked to find out how it is. */
  readonly probe: string;
  readonly whole: OnHost;
}

const topics = ["shown", "slipway-stack-dev"];
const common = { topics: [topics, topics], commits: [1, 1], variables: ["URL"] };

const rows: readonly Row[] = [
  {
    kind: "github",
    requests: {
      repository: ["POST", "/orgs/acme/repos$"],
      key: ["POST", "/repos/acme/shop/keys$"],
      variable: ["POST", "/actions/variables$"],
      secret: ["PUT", "/actions/secrets/PASSWORD$"],
      // GitHub's CI reads the charts by a key.
      scope: ["POST", "/repos/acme/charts/keys$"],
    },
    limited: () => gitHubFaults.secondaryLimit(429, 1),
    limitedToo: () => gitHubFaults.secondaryLimit(403, 1),
    long: () => gitHubFaults.primaryLimit(429, 1800),
    conflict: gitHubFaults.conflict,
    missing: gitHubFaults.notThereYet,
    expired: gitHubFaults.badCredentials,
    lostReads: [["GET", "/repos/acme/shop/keys/\\d+$"]],
    probe: "/rate_limit$",
    whole: { ...common, keys: ["the key", "the reading key"], secrets: ["PASSWORD"], letIn: 0 },
  },
  {
    kind: "gitlab",
    requests: {
      repository: ["POST", "/api/v4/projects$"],
      key: ["POST", "/deploy_keys$"],
      variable: ["POST", "/variables$"],
      secret: ["POST", "/variables$"],
      scope: ["POST", "/job_token_scope/allowlist$"],
    },
    limited: () => gitLabFaults.rateLimited(1),
    limitedToo: () => gitLabFaults.rateLimited(1),
    long: () => gitLabFaults.rateLimited(1800),
    conflict: gitLabFaults.conflict,
    missing: gitLabFaults.notThereYet,
    expired: gitLabFaults.expiredToken,
    lostReads: [],
    probe: "/version$",
    whole: { ...common, keys: ["the key"], secrets: ["PASSWORD"], letIn: 1 },
  },
];

describe.each(rows)("$kind", (row) => {
  let stack: HostStack;

  beforeAll(async () => {
    stack = await HostStack.start(row.kind);
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    stack.faults.clear();
    await destroy();
  });

  const { requests } = row;
  const fault = ([method, path]: readonly [string, string], does: Fault["does"], times = 1): Fault => ({
    method: method as Fault["method"],
    path,
    times,
    does,
  });
  const answer = (given: FaultyAnswer, work = false): Fault["does"] => ({
    kind: "answer",
    answer: given,
    work,
  });

  async function expectUp(...faults: Fault[]): Promise<string> {
    stack.faults.add(...faults);
    const ended = await stack.pulumi("up");
    expect(ended.code, ended.all).toBe(0);
    // How the host is, is asked as often as is needed.
    const left = stack.faults.left.filter((one) => !one.endsWith(row.probe));
    expect(left, ended.all).toEqual([]);
    stack.faults.clear();
    expect(await stack.onHost()).toEqual(row.whole);
    expect(ended.all).not.toContain(stack.host.host.token);
    return ended.all;
  }

  async function expectNothingLeftToDo(): Promise<void> {
    const again = await stack.pulumi("up", ["--refresh", "--expect-no-changes"]);
    expect(again.code, again.all).toBe(0);
    expect(await stack.onHost()).toEqual(row.whole);
  }

  async function destroy(): Promise<void> {
    const ended = await stack.pulumi("destroy");
    expect(ended.code, ended.all).toBe(0);
  }

  test("limits, that it cannot now, that it is not there yet: one up gets past all of it", async () => {
    await expectUp(
      fault(requests.repository, answer({ status: 503 })),
      fault(requests.key, answer(row.limited())),
      fault(["GET", row.probe], answer(row.limited()), 5),
      fault(requests.key, answer(row.missing), 2),
      fault(requests.variable, answer(row.limitedToo())),
      fault(requests.variable, answer(row.conflict)),
      fault(requests.scope, answer(row.missing)),
      fault(requests.secret, answer({ status: 500 })),
      fault(requests.secret, { kind: "slow", milliseconds: 1500 }),
      fault(["GET", "shop.git/info/refs"], answer({ status: 404 })),
      fault(["POST", "charts.git/git-receive-pack"], answer({ status: 503 })),
    );
    await expectNothingLeftToDo();
  });

  test("each request that has worked and lost its answer, by a gateway or a cut, is not made twice", async () => {
    await expectUp(
      fault(requests.key, { kind: "cut", work: true }),
      fault(requests.variable, answer({ status: 502 }, true)),
      fault(requests.scope, answer({ status: 504 }, true)),
      fault(["POST", "shop.git/git-receive-pack"], { kind: "cut", work: true }),
      ...row.lostReads.map((read) => fault(read, answer(row.missing))),
    );
    await expectNothingLeftToDo();
  });

  test("a repository that was made by a lost request is an error that says so, and the next up takes it", async () => {
    stack.faults.add(fault(requests.repository, { kind: "cut", work: true }));
    const ended = await stack.pulumi("up");
    expect(ended.code).not.toBe(0);
    expect(ended.all).toMatch(/the (?:repository|project) acme\/(?:shop|charts) is there/);
    expect(ended.all).toContain("run `pulumi up` again");
    stack.faults.clear();

    // The next one is ended later, by a token that expires while it runs. The other repository may have got its key already.
    const leftToMake = [requests.key, requests.scope];
    stack.faults.add(...leftToMake.map((request) => fault(request, answer(row.expired), 9)));
    const expired = await stack.pulumi("up");
    expect(expired.code).not.toBe(0);
    expect(expired.all).toMatch(/What to do: 127\.0\.0\.1:\d+ does not know the token, or it has expired/);
    expect(expired.all).toContain(`\`${row.kind}:token\``);
    stack.faults.clear();

    const env = { [`${row.kind.toUpperCase()}_TOKEN`]: "not-a-token-of-this-host" };
    const before = await stack.onHost();
    const refused = await stack.pulumi("up", [], env);
    expect(refused.code).not.toBe(0);
    expect(refused.all).toMatch(
      new RegExp(`${row.kind}:token: is not accepted \\(127\\.0\\.0\\.1:\\d+ answers 401`),
    );
    expect(await stack.onHost()).toEqual(before);

    // The official client of GitLab waits for as long as it takes.
    if (row.kind === "github") {
      stack.faults.add(
        ...leftToMake.map((request) => fault(request, answer(row.long()), 20)),
        fault(["GET", row.probe], answer(row.long()), 9),
      );
      const limited = await stack.pulumi("up");
      expect(limited.code).not.toBe(0);
      expect(limited.all).toMatch(/limits the requests of this token, and takes more in 3[01] min, at/);
      expect(limited.all).toMatch(/RepositoryDeployKey[^]*429 API rate limit exceeded/);
      stack.faults.clear();
    }
    await expectUp();
    await expectNothingLeftToDo();
  });
});
