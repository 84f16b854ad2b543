/**
 * Every request that changes something on a Git host, made to misbehave: one of every kind of resource, made, read, changed and
 * deleted by the real Pulumi and providers on a bare host, while the host answers each with what hosts answer. What is looked
 * at is the host: everything there once, and with its last value.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fault, FaultyAnswer } from "../../lab/git-host/faults.ts";
import { gitHubFaults } from "../../lab/git-host/github/faults.ts";
import { gitLabFaults } from "../../lab/git-host/gitlab/faults.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import type { Ended } from "./commands.ts";
import { gitHubKinds } from "./every-kind-github.ts";
import { gitLabKinds } from "./every-kind-gitlab.ts";
import type { HostKinds, Request } from "./every-kind.ts";
import { HostStack } from "./host-stack.ts";

/** What a host answers instead of doing something: each class of answers once, one after the other. */
const classes: Readonly<
  Record<HostKinds["kind"], Record<"write" | "read", readonly (() => FaultyAnswer)[]>>
> = {
  github: {
    write: [
      () => gitHubFaults.unavailable(503),
      () => gitHubFaults.conflict,
      () => gitHubFaults.secondaryLimit(403, 1),
      () => gitHubFaults.secondaryLimit(429, 1),
    ],
    // Nobody asks Slipway whether to read once more: what the provider itself tries again.
    read: [() => gitHubFaults.unavailable(502), () => gitHubFaults.secondaryLimit(403, 1)],
  },
  gitlab: {
    write: [
      () => gitLabFaults.unavailable(502),
      () => gitLabFaults.conflict,
      () => gitLabFaults.rateLimited(1),
      () => gitLabFaults.unavailable(500),
    ],
    read: [() => gitLabFaults.unavailable(502), () => gitLabFaults.rateLimited(1)],
  },
};

const absent = { github: gitHubFaults.notThereYet, gitlab: gitLabFaults.notThereYet };

/** Asked for how long a limit lasts, as often as is needed. */
const probes: Readonly<Record<HostKinds["kind"], Fault>> = {
  github: limited("/rate_limit$", gitHubFaults.secondaryLimit(429, 1)),
  gitlab: limited("/version$", gitLabFaults.rateLimited(1)),
};

function limited(path: string, answer: FaultyAnswer): Fault {
  return { method: "GET", path, times: 99, does: { kind: "answer", answer } };
}

const faultOf = ([method, path]: Request, does: Fault["does"], times = 1): Fault => ({
  method: method as Fault["method"],
  path,
  times,
  does,
});

describe.each([gitHubKinds, gitLabKinds])("$kind", (host) => {
  let stack: HostStack;
  let ownerId = "";

  beforeAll(async () => {
    stack = await HostStack.start(host.kind, "every-kind-program.ts");
    if (stack.host instanceof GitLabTestHost) {
      await stack.host.host.setPremium(true);
      ownerId = String(((await stack.host.call("GET", "/groups/acme")).body as { id: number }).id);
    }
  });
  afterAll(() => stack.stop());

  /** Each request is not done, for a reason of its own. */
  const refused = (requests: readonly Request[], what: "read" | "write"): Fault[] =>
    requests.map((request, index) => {
      const answers = classes[host.kind][what];
      const answer = answers[index % answers.length]?.() ?? { status: 500 };
      return faultOf(request, { kind: "answer", answer });
    });
  /** Each request is done, and its answer does not arrive: it breaks off, or somebody on the way answers. */
  const lost = (requests: readonly Request[]): Fault[] =>
    requests.map((request, index) =>
      index % 2 === 0
        ? faultOf(request, { kind: "cut", work: true })
        : faultOf(request, { kind: "answer", answer: { status: 502 }, work: true }),
    );
  /** What each belongs to is not there yet. */
  const early = (requests: readonly Request[]): Fault[] =>
    requests.map((request) => faultOf(request, { kind: "answer", answer: absent[host.kind] }));
  /** Each connection ends before anything is done. */
  const cut = (requests: readonly Request[]): Fault[] =>
    requests.map((request) => faultOf(request, { kind: "cut" }));

  const run = (kinds: string, command: "up" | "destroy", ...args: string[]): Promise<Ended> =>
    stack.pulumi(command, args, { KINDS: kinds, OWNER_ID: ownerId });

  /** Runs with faults, each of which has to have happened. */
  async function during(faults: readonly Fault[], running: () => Promise<Ended>): Promise<Ended> {
    stack.faults.clear();
    stack.faults.add(...faults, probes[host.kind]);
    const ended = await running();
    const left = stack.faults.left.filter((one) => !one.includes(probes[host.kind].path));
    expect(left, said(ended)).toEqual([]);
    expect(ended.all).not.toContain(stack.host.host.token);
    return ended;
  }

  async function works(faults: readonly Fault[], running: () => Promise<Ended>): Promise<void> {
    const ended = await during(faults, running);
    expect(ended.code, said(ended)).toBe(0);
  }

  /** What Pulumi says at the end. */
  const said = ({ all }: Ended) => all.slice(Math.max(0, all.indexOf("\nDiagnostics:")));

  /** A resource's error has the host's answer, and says what to do. */
  function expectGone(ended: Ended, resource: string): void {
    const about = said(ended).split("\n\n");
    const errors = about.filter((block) => new RegExp(`\\(${resource}\\):`).test(block)).join("\n");
    expect(errors, said(ended)).toMatch(/404 Not Found|answers 40[04] to DELETE/);
    expect(errors).toMatch(/What to do: it is gone from the host already.*`pulumi up --refresh`/);
  }

  const { make, change, remove, read, destroy } = host.requests;

  test("everything is made once, though each request is refused, too early, cut or loses its answer", async () => {
    const all = [...make.others, ...make.several];
    const others = [
      ...refused(all, "write"),
      ...early(make.others),
      ...cut(all),
      ...lost(all),
      ...lost(make.again),
    ];
    // What cannot be done twice is tried again by the provider alone.
    await works([...refused(make.repositories, "read"), ...others], () => run("all", "up"));
    expect(await host.look(stack)).toEqual(host.all);
  });

  test("everything is changed, though each request is refused, cut or loses its answer; a refresh gets past refused reads, and forgets the old key", async () => {
    const faults = [
      ...refused(change, "write"),
      ...cut(change),
      ...lost([...change, host.requests.replaced]),
    ];
    const ended = await during(faults, () => run("changed", "up"));
    expect(ended.code, said(ended)).not.toBe(0);
    expectGone(ended, "key-registration");
    await works(refused(read, "read"), () => run("changed", "up", "--refresh"));
    expect(await host.look(stack)).toEqual(host.changed);
  });

  test("everything is deleted, though each request is refused or cut; what is gone is said to be so, and forgotten", async () => {
    const faults = [...refused(remove, "write"), ...cut(remove), ...lost(remove)];
    const ended = await during(faults, () => run("none", "up", "--continue-on-error"));
    expect(ended.code).not.toBe(0);
    for (const resource of host.failing) expectGone(ended, resource);
    await works([], () => run("none", "up", "--refresh"));
    expect(await host.look(stack)).toEqual(host.none);
  });

  test("a destroy whose answers are lost is ended by one that refreshes", async () => {
    const ended = await during(lost(destroy), () => run("none", "destroy", "--continue-on-error"));
    expect(ended.code).not.toBe(0);
    expect(said(ended)).toMatch(/(?:Repository|Project) \(\w+\):\n +error: .*(?:404|EOF)/);
    await works([], () => run("none", "destroy", "--refresh"));
  });
});
