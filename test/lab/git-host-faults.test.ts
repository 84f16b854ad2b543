/** A host that misbehaves, and how Slipway's own requests, its pushes and the stand-in for GitLab's plugin get on with it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pushFirstCommit } from "../../components/git/first-commit-push.ts";
import { findGitHubRepository, githubState } from "../../components/git/github/api.ts";
import { findGitLabProject, gitlabState } from "../../components/git/gitlab/api.ts";
import { HostAwayError, passing, type HostState } from "../../components/git/host-request.ts";
import { patiently } from "../../components/patience.ts";
import { faultsHeader, faultsPath, type Fault, type FaultyAnswer } from "../../lab/git-host/faults.ts";
import { gitHubFaults } from "../../lab/git-host/github/faults.ts";
import { gitLabFaults } from "../../lab/git-host/gitlab/faults.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { TestHost } from "../../lab/git-host/testing.ts";
import type { PropertyMap } from "../../lab/providers/values.ts";
import { values } from "../unit/first-commit-fixture.ts";
import { ProviderClient } from "./provider-client.ts";

interface Row {
  readonly kind: "github" | "gitlab";
  readonly start: () => Promise<TestHost | GitLabTestHost>;
  readonly make: (host: never, name: string) => Promise<unknown>;
  /** Part of the path of what is looked up. */
  readonly path: string;
  readonly find: (baseUrl: string, token: string) => Promise<{ name: string } | undefined>;
  readonly state: (baseUrl: string, token: string) => Promise<HostState>;
  /** Limits that end in a second, and one that lasts. */
  readonly limits: readonly (() => FaultyAnswer)[];
  readonly long: () => FaultyAnswer;
}

const rows: readonly Row[] = [
  {
    kind: "github",
    start: () => TestHost.start(),
    make: (host: TestHost, name) => host.repository(name),
    path: "/repos/acme/shop$",
    find: (baseUrl, token) => findGitHubRepository({ owner: "acme", baseUrl, token }, "shop"),
    state: (baseUrl, token) => githubState({ owner: "acme", baseUrl, token }),
    limits: [
      () => gitHubFaults.secondaryLimit(403, 1),
      () => gitHubFaults.secondaryLimit(429, 1),
      () => gitHubFaults.primaryLimit(403, 1),
    ],
    long: () => gitHubFaults.primaryLimit(429, 1800),
  },
  {
    kind: "gitlab",
    start: () => GitLabTestHost.start(),
    make: (host: GitLabTestHost, name) => host.project(name),
    path: "/projects/acme%2Fshop$",
    find: (baseUrl, token) => findGitLabProject({ owner: "acme", baseUrl, token }, "shop"),
    state: (baseUrl, token) => gitlabState({ owner: "acme", baseUrl, token }),
    limits: [() => gitLabFaults.rateLimited(1)],
    long: () => gitLabFaults.rateLimited(1800),
  },
];

describe.each(rows)("$kind", (row) => {
  let host: TestHost | GitLabTestHost;

  beforeAll(async () => {
    host = await row.start();
    await row.make(host as never, "shop");
  });
  afterAll(() => host.stop());
  afterEach(() => {
    expect(host.host.faults.left).toEqual([]);
  });

  const find = () => row.find(`${host.host.url}/`, host.host.token);
  const findPatiently = () => patiently(find, { attempts: 3, pauseMs: 1 }, (error) => passing(error));
  const answer = (given: FaultyAnswer, more: Partial<Fault> = {}): Fault => ({
    method: "GET",
    path: row.path,
    does: { kind: "answer", answer: given },
    ...more,
  });

  describe("what a test orders of the lab", () => {
    const order = (token: string | undefined, method = "POST") =>
      fetch(`${host.host.url}${faultsPath}`, {
        method,
        headers: token === undefined ? {} : { [faultsHeader]: token },
        ...(method === "POST" && {
          body: JSON.stringify(answer({ status: 418, body: "no tea" }, { after: 1 })),
        }),
      });

    test("is taken from the administrator only", async () => {
      for (const token of [undefined, "", "wrong"]) expect((await order(token)).status).toBe(404);
      expect((await order(host.host.token)).status).toBe(200);
      expect((await find())?.name).toBe("shop");
      await expect(find()).rejects.toThrow(/answers 418/);
      await order(host.host.token);
      expect(await (await order(host.host.token, "DELETE")).json()).toEqual({ left: [] });
    });
  });

  test("a limit is waited for as long as the host says, and told with its end where it lasts", async () => {
    for (const limit of row.limits) {
      const began = Date.now();
      host.host.faults.add(answer(limit()));
      expect((await findPatiently())?.name).toBe("shop");
      expect(Date.now()).toBeGreaterThanOrEqual(began + 990);
    }
    host.host.faults.add(answer(row.long()));
    await expect(findPatiently()).rejects.toThrow(
      /answers 429 .* to GET .*; it takes requests again in 3[01] min, at \d\d:\d\d:\d\d UTC/,
    );
  });

  test("how the host is, is asked with the token: it limits, it is away, it is there", async () => {
    const state = () => row.state(`${host.host.url}/`, host.host.token);
    const any = { path: row.kind === "github" ? "/rate_limit$" : "/version$" };
    expect(await state()).toEqual({ there: true });
    host.host.faults.add(answer(row.long(), any));
    const limited = await state();
    expect(limited.there).toBe(true);
    expect(limited.waitMs).toBeGreaterThan(1_700_000);
    host.host.faults.add(answer({ status: 503 }, any));
    expect((await state()).there).toBe(false);
  });

  test.each<[string, Fault["does"]]>([
    ["cannot now", { kind: "answer", answer: { status: 502, body: "Bad gateway" } }],
    ["cuts the connection", { kind: "cut" }],
    ["cuts its answer in the middle", { kind: "cut", work: true }],
    ["is slow", { kind: "slow", milliseconds: 300 }],
  ])("one that %s is asked again", async (_, does) => {
    host.host.faults.add({ method: "GET", path: row.path, times: does.kind === "slow" ? 1 : 2, does });
    expect((await findPatiently())?.name).toBe("shop");
  });

  test("an expired token is an error at once, without the token", async () => {
    host.host.faults.add(
      answer(row.kind === "github" ? gitHubFaults.badCredentials : gitLabFaults.expiredToken),
    );
    const error: unknown = await findPatiently().catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(HostAwayError);
    expect(String(error)).toMatch(/answers 401 (?:Bad credentials|Token is expired)/);
    expect(String(error)).not.toContain(host.host.token);
  });

  describe("a first commit", () => {
    let cloneUrl: string;
    let name: string;
    let count = 0;

    beforeEach(async () => {
      name = `seeded-${(count += 1)}`;
      await row.make(host as never, name);
      cloneUrl = host.http(row.kind === "github" ? name : `acme/${name}`);
    });

    const push = () =>
      pushFirstCommit(
        { hostKind: row.kind, cloneUrl, branch: "main", role: "app", values },
        host.host.token,
        { attempts: 3, pauseMs: 1 },
      );
    const commits = async () => {
      const folder = await host.folder(`clone-${name}`);
      await host.gitOk(folder, ["clone", "--quiet", cloneUrl, "."], host.withToken());
      return (await host.gitOk(folder, ["log", "--format=%H"])).split("\n");
    };

    test.each<[string, Partial<Fault>]>([
      ["is not there yet", { method: "GET", does: { kind: "answer", answer: { status: 404 } } }],
      ["limits requests", { method: "GET", does: { kind: "answer", answer: { status: 429 } } }],
      ["cuts the connection after the work", { method: "POST", does: { kind: "cut", work: true } }],
      [
        "has worked, and its answer is lost",
        { method: "POST", does: { kind: "answer", work: true, answer: { status: 403 } } },
      ],
    ])("of a repository that %s is pushed once, and arrives", async (_, fault) => {
      const path = `${name}.git/(?:info/refs|git-receive-pack)`;
      host.host.faults.add({ method: "GET", path, does: { kind: "slow", milliseconds: 1 }, ...fault });
      const commit = await push();
      expect(await commits()).toEqual([commit]);
    });
  });
});

describe("the stand-in for GitLab's plugin, as the official one", () => {
  let host: GitLabTestHost;
  let provider: ProviderClient;
  let project: string;
  const type = "gitlab:index/projectVariable:ProjectVariable";

  beforeAll(async () => {
    host = await GitLabTestHost.start();
    provider = await ProviderClient.start("gitlab", { baseUrl: `${host.host.url}/`, token: host.host.token });
    project = String(await host.project("shop"));
  });
  afterAll(async () => {
    await provider.end();
    await host.stop();
  });

  const create = async (key: string) => {
    const inputs: PropertyMap = { project, key, value: "a-value-of-ours", raw: true };
    return await provider.create(type, await provider.check(type, inputs));
  };
  const fault = (does: Fault["does"], times = 1) =>
    host.host.faults.add({ method: "POST", path: "/variables$", times, does });

  test("waits until the end of a limit, and tries again where the host cannot", async () => {
    const limit = gitLabFaults.rateLimited(1);
    fault({ kind: "answer", answer: limit });
    await create("LIMITED");
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(Number(limit.headers?.["ratelimit-reset"]));
    fault({ kind: "answer", answer: gitLabFaults.unavailable(503) });
    await create("AWAY");
  });

  test("is told that it is taken what a lost request has made, and breaks off with a connection", async () => {
    fault({ kind: "answer", work: true, answer: gitLabFaults.unavailable(502) });
    await expect(create("TAKEN")).rejects.toThrow(/400 .*has already been taken/);
    fault({ kind: "cut", work: true });
    await expect(create("BROKEN")).rejects.toThrow(/^Post "http:\S+\/variables": EOF$/);
    expect(host.host.faults.left).toEqual([]);
  });
});
