/** The life of the keys: what the program decides from what the last run wrote down, and what it registers for it. */
import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { KeyPlan, KeyRecord } from "../../components/git/keys/key-life.ts";
import { planKeys, type PlannedKeys } from "../../preflight/credentials.ts";
import type { PreviousOutputs } from "../../preflight/previous-outputs.ts";
import { validateStack } from "../../config/validate.ts";
import { changed, stackFile, type Loose } from "../unit/stack-files.ts";
import { only, valueOf } from "./mocks.ts";
import { build, type Built } from "./platform-fixture.ts";

// The first use of an SDK loads it.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const now = new Date("2026-11-21T22:00:00.000Z");
const names = ["flux-cd", "spring-app reads charts", "spring-app writes fluxcd"];

function config(credentials: Loose, kind = "github", more: readonly Change[] = []) {
  const raw = [[["credentials"], credentials] as const, ...more].reduce(
    (at, [path, value]) => changed(at, path, value),
    stackFile("dev"),
  );
  const git = raw["git"] as Loose;
  const { owner, baseUrl, knownHosts } = git;
  return validateStack({ ...raw, git: kind === "github" ? git : { kind, owner, baseUrl, knownHosts } }, [
    "REGISTRY_PASSWORD",
  ]);
}

type Change = readonly [path: readonly string[], value: unknown];

/** Outputs of a run that had all keys. */
const previous = (record?: Partial<KeyRecord>): PreviousOutputs => ({
  deployKeys: Object.fromEntries(names.map((name) => [name, `SHA256:${name}`])),
  ...(record && {
    credentials: Object.fromEntries(
      names.map((name) => [name, { since: "2026-09-01T10:00:00.000Z", ...record }]),
    ),
  }),
});

describe("before the graph is built", () => {
  const planned = (credentials: Loose, known: PreviousOutputs, kind = "github") =>
    planKeys(config(credentials, kind), known, now);
  const renewals = ({ plans }: PlannedKeys) => Object.values(plans).map(({ renewal }) => renewal);

  test("each key of the stack gets a plan, and a stack that knows its keys hears nothing", () => {
    const { plans, findings } = planned({}, previous({}));
    expect(Object.keys(plans)).toEqual(names);
    expect(findings).toEqual([]);
  });

  test.each(["github", "gitlab"])("%s: a change of `rotation` is a plan for every key", (kind) => {
    expect(renewals(planned({ rotation: "2026-11" }, previous({}), kind))).toEqual(
      names.map(() => "rotation"),
    );
  });

  test("what an upgraded stack is asked for at once waits for its next run, and is said to", () => {
    const found = planned({ rotation: "2026-11" }, previous());
    expect(renewals(found)).toEqual(names.map(() => undefined));
    expect(found.findings).toMatchObject([{ key: "slipway:credentials", stops: "nothing" }]);
    expect(found.findings[0]?.message).toContain("so far (flux-cd, spring-app reads charts");
  });

  test("a key that ends soon is a warning with the command that renews it, on a host that ends keys", () => {
    const soon = previous({ expires: "2026-11-30T00:00:00Z" });
    expect(planned({ expireAfter: "90d" }, soon).findings).toEqual([]);
    const found = planned({ expireAfter: "90d" }, soon, "gitlab");
    expect(renewals(found)).toEqual(names.map(() => undefined));
    expect(found.findings).toHaveLength(3);
    expect(found.findings[0]).toEqual({
      key: 'slipway:credentials.rotate["flux-cd"]',
      message:
        'the key "flux-cd", made 2026-09-01, ends on 2026-11-30: this renews it, with the next `pulumi up`',
      command: `pulumi config set --path 'slipway:credentials.rotate["flux-cd"]' 2026-11-21`,
      stops: "nothing",
    });
  });

  test("keys that have ended stop the run: each is named, since when, and with the command", () => {
    const { findings } = planned(
      { expireAfter: "90d" },
      previous({ expires: "2026-11-20T00:00:00Z" }),
      "gitlab",
    );
    expect(findings).toHaveLength(3);
    expect(findings[2]).toEqual({
      key: 'slipway:credentials.rotate["spring-app writes fluxcd"]',
      message:
        'the key "spring-app writes fluxcd", made 2026-09-01, has ended on 2026-11-20, and opens nothing any more: renew it',
      command: `pulumi config set --path 'slipway:credentials.rotate["spring-app writes fluxcd"]' 2026-11-21`,
      stops: "runs",
    });
  });

  test("the command is what it takes: the key is replaced, and the others are still named", () => {
    const over = previous({ expires: "2026-11-20T00:00:00Z" });
    const one = { expireAfter: "90d", rotate: { "flux-cd": "2026-11-21" } };
    expect(planned(one, over, "gitlab").findings).toHaveLength(2);
    const { plans, findings } = planned({ expireAfter: "90d", rotation: "2026-11-21" }, over, "gitlab");
    expect(findings).toEqual([]);
    expect(plans["flux-cd"]?.record.expires).toBe("2027-02-19T00:00:00Z");
  });

  test("`maxAge` renews by itself, also a key that has ended", () => {
    const over = previous({ expires: "2026-11-20T00:00:00Z" });
    const found = planned({ expireAfter: "90d", maxAge: "60d" }, over, "gitlab");
    expect(renewals(found)).toEqual(names.map(() => "age"));
    expect(found.findings).toEqual([]);
  });
});

describe("the tokens, before the graph is built", () => {
  const webhook = "flux-cd webhook";
  const writing = "spring-app writes fluxcd";
  const receiving: Change = [["flux", "receiver"], { url: "https://flux.example.com" }];
  const deliveryPath = ["repositories", "spring-app", "delivery"];
  // The file is checked by the day of this test's run, not by the test's own.
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const tokenUntil = (expiresAt: string): Change[] => [
    [[...deliveryPath, "identity"], "projectToken"],
    [[...deliveryPath, "token"], { expiresAt }],
  ];
  const planned = (credentials: Loose, known: PreviousOutputs, expiresAt = day(60), at = new Date()) =>
    planKeys(config(credentials, "gitlab", [receiving, ...tokenUntil(expiresAt)]), known, at);
  const since = "2026-09-01T10:00:00.000Z";
  const known = (expiresAt = day(60)): PreviousOutputs => ({
    deployKeys: { "flux-cd": "SHA256:flux-cd" },
    tokens: { [webhook]: "SHA256:webhook", [writing]: "7:1" },
    credentials: {
      "flux-cd": { since },
      [webhook]: { since },
      [writing]: { since, expires: `${expiresAt}T00:00:00Z` },
    },
  });
  const renewal = ({ plans }: PlannedKeys) => [plans[webhook]?.renewal, plans[writing]?.renewal];

  test.each<[string, Loose, unknown[]]>([
    ["nothing", {}, [undefined, undefined]],
    ["all", { rotation: "2026-11" }, ["rotation", "rotation"]],
    ["the webhook's", { rotate: { [webhook]: "leaked" } }, ["rotation", undefined]],
    ["CI's", { rotate: { [writing]: "leaked" } }, [undefined, "rotation"]],
    ["old ones", { maxAge: "10d" }, ["age", "age"]],
    ["an end of keys, which is none of theirs", { expireAfter: "20d" }, [undefined, undefined]],
  ])("are replaced where the configuration asks for it: %s", (_, credentials, wanted) => {
    expect(renewal(planned(credentials, known()))).toEqual(wanted);
  });

  test("of an older version's stack wait for the next run, and are named", () => {
    const { tokens, credentials, ...rest } = known();
    expect([tokens, credentials]).not.toContain(undefined);
    const found = planned({ rotation: "2026-11" }, rest);
    expect(renewal(found)).toEqual([undefined, undefined]);
    expect(found.findings[0]?.message).toContain(`${writing}, ${webhook}`);
  });

  test("that the last run did not have are new, and replace nothing", () => {
    const found = planned({ rotation: "2026-11" }, { ...known(), tokens: {} });
    expect(renewal(found)).toEqual([undefined, undefined]);
    expect(found.plans[writing]?.record).toEqual({ rotation: "2026-11", expires: `${day(60)}T00:00:00Z` });
    expect(found.findings).toEqual([]);
  });

  test("a key in the place of a token does not end with it", () => {
    const { plans } = planKeys(config({}, "gitlab"), known());
    expect(plans[writing]?.record).toEqual({});
  });

  test("a project's token that ends soon is a warning with the command that gives it another day, unless it has one", () => {
    expect(planned({}, known(day(16)), day(16)).findings).toEqual([]);
    const { findings } = planned({}, known(day(10)), day(10));
    expect(findings).toEqual([
      {
        key: "slipway:repositories.spring-app.delivery.token.expiresAt",
        message: `the token "${writing}", made 2026-09-01, ends on ${day(10)}: this renews it, with the next \`pulumi up\``,
        command: `pulumi config set --path 'slipway:repositories.spring-app.delivery.token.expiresAt' ${day(365)}`,
        stops: "nothing",
      },
    ]);
    const renewed = planned({}, known(day(10)), day(60));
    expect(renewal(renewed)).toEqual([undefined, "expiry"]);
    expect(renewed.findings).toEqual([]);
    // Its end stays what it is.
    expect(planned({ rotation: "2026-11" }, known(day(10)), day(10)).findings).toHaveLength(1);
  });

  test("past its end it stops the run", () => {
    const inTwelveDays = new Date(Date.now() + 12 * 86_400_000);
    const { findings } = planned({}, known(day(10)), day(10), inTwelveDays);
    expect(findings).toMatchObject([{ stops: "runs" }]);
    expect(findings[0]?.message).toContain("has ended on");
  });
});

describe("a project's token without a day of its own", () => {
  const writing = "spring-app writes fluxcd";
  const identity: Change = [["repositories", "spring-app", "delivery", "identity"], "projectToken"];
  const planned = (credentials: Loose, record?: KeyRecord) =>
    planKeys(
      config({ expireAfter: "90d", ...credentials }, "gitlab", [identity]),
      { deployKeys: {}, tokens: { [writing]: "7:1" }, ...(record && { credentials: { [writing]: record } }) },
      now,
    );
  const made = { since: "2026-09-10T10:00:00.000Z", expires: "2026-12-09T00:00:00Z" };

  test("gets a whole new life when it is renewed by its age, and none before", () => {
    const [early, due] = [planned({ maxAge: "80d" }, made), planned({ maxAge: "60d" }, made)];
    expect(early.plans[writing]).toMatchObject({ since: made.since, record: { expires: made.expires } });
    expect(due.plans[writing]).toMatchObject({ renewal: "age", record: { expires: "2027-02-19T00:00:00Z" } });
    expect(due.findings).toEqual([]);
  });

  test("that ends soon is a warning with the command that renews it", () => {
    expect(planned({ renewBefore: "20d" }, made).findings).toEqual([
      {
        key: `slipway:credentials.rotate["${writing}"]`,
        message: `the token "${writing}", made 2026-09-10, ends on 2026-12-09: this renews it, with the next \`pulumi up\``,
        command: `pulumi config set --path 'slipway:credentials.rotate["${writing}"]' 2026-11-21`,
        stops: "nothing",
      },
    ]);
  });

  test("had a day before: it keeps it; of one that nothing is known of the end is counted from now", () => {
    const dated = { since: made.since, expires: "2027-01-31T00:00:00Z" };
    expect(planned({}, dated).plans[writing]).toMatchObject({ record: { expires: dated.expires } });
    expect(planned({}, dated).plans[writing]?.renewal).toBeUndefined();
    expect(planned({}).plans[writing]?.record).toEqual({ expires: "2027-02-19T00:00:00Z" });
  });

  test("is made with the end of its plan", async () => {
    const plan = planned({ maxAge: "60d" }, made).plans[writing];
    const { registered } = await build("dev", [identity, [["credentials"], { expireAfter: "90d" }]], {
      kind: "gitlab",
      keyPlans: { ...(plan && { [writing]: plan }) },
    });
    expect(only(registered, "spring-app-delivery-fluxcd-token").inputs).toMatchObject({
      expiresAt: "2027-02-19",
      accessLevel: "maintainer",
    });
  });
});

describe.each(["github", "gitlab"])("a platform on %s", (kind) => {
  const plan = (generation: string): KeyPlan => ({
    generation,
    postponed: false,
    since: "2026-09-01T10:00:00.000Z",
    record: { rotation: "2026-11", expires: "2027-02-19T00:00:00Z" },
  });
  const pairs: Readonly<Record<string, string>> = {
    "flux-cd": "dev-flux-cd-key",
    ...(kind === "github" && { "spring-app reads charts": "spring-app-delivery-charts-key" }),
    "spring-app writes fluxcd": "spring-app-delivery-fluxcd-key",
  };
  const webhook = "flux-cd webhook";
  let built: Built;

  beforeAll(async () => {
    const keyPlans = Object.fromEntries(
      Object.keys(pairs).map((name) => [name, plan(`generation of ${name}`)]),
    );
    // The fingerprint of one key is another one than it was.
    const deployKeys = {
      "flux-cd": "SHA256:dev-flux-cd-key-pair",
      "spring-app writes fluxcd": "SHA256:another",
    };
    keyPlans[webhook] = plan(`generation of ${webhook}`);
    const receiving = [["flux", "receiver"], { url: "https://flux.example.com" }] as const;
    built = await build("dev", [receiving], {
      ...{ kind, keyPlans },
      previous: { deployKeys, tokens: { [webhook]: "SHA256:flux-cd-receiver-token" } },
    });
  });

  test("replaces each key pair by the generation of its own plan, and nothing else by one", () => {
    const found = [...built.graph.registrations.values()].flatMap(({ name, replacementTrigger: trigger }) =>
      trigger === undefined ? [] : [[name, trigger] as const],
    );
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries([
        ...Object.entries(pairs).map(([name, pair]) => [`${pair}-pair`, `generation of ${name}`]),
        ["flux-cd-receiver-token", `generation of ${webhook}`],
      ]),
    );
  });

  test("tells a host that ends keys when, and no other", () => {
    for (const pair of Object.values(pairs)) {
      const { expiresAt } = only(built.registered, `${pair}-registration`).inputs;
      expect(expiresAt).toBe(kind === "gitlab" ? "2027-02-19T00:00:00Z" : undefined);
    }
  });

  test("writes down of each key since when it is there: a key with another fingerprint since now", async () => {
    const { credentials } = built.platform.outputs;
    expect(Object.keys(credentials).sort()).toEqual([...Object.keys(pairs), webhook].sort());
    for (const name of ["flux-cd", webhook])
      expect(await valueOf(credentials[name] as pulumi.Output<KeyRecord>)).toEqual({
        since: "2026-09-01T10:00:00.000Z",
        rotation: "2026-11",
        expires: "2027-02-19T00:00:00Z",
      });
    const replaced = await valueOf(credentials["spring-app writes fluxcd"] as pulumi.Output<KeyRecord>);
    expect(Date.now() - Date.parse(replaced.since)).toBeLessThan(60_000);
  });

  test("has the new key on the host before anything gets it", () => {
    const after = (name: string) => built.graph.registrations.get(name)?.dependencies ?? [];
    expect(after("dev-flux-cd-credentials")).toContain("dev-flux-cd-key-registration");
    expect(after("dev-flux-cd-repository")).toContain("dev-flux-cd-credentials");
    expect(after("spring-app-delivery-FLUXCD_DEPLOY_KEY")).toContain(
      "spring-app-delivery-fluxcd-key-registration",
    );
  });

  test("has a new webhook token's Receiver before the host calls it, under a name of its own", () => {
    const sources = (name: string) => built.graph.registrations.get(name)?.inputSources ?? {};
    expect(sources("flux-cd-receiver-webhook")).toMatchObject({
      [kind === "github" ? "configuration" : "url"]: expect.arrayContaining([
        "flux-cd-receiver-object",
        "flux-cd-receiver-token",
      ]) as string[],
    });
    // A Receiver and a Secret of other names are made before the old ones go.
    for (const name of ["flux-cd-receiver-object", "flux-cd-receiver-secret"])
      expect(sources(name)["metadata"]).toContain("flux-cd-receiver-token");
  });
});

describe("a project's token", () => {
  const name = "spring-app writes fluxcd";
  const since = "2026-09-01T10:00:00.000Z";

  test("is replaced by the generation of its plan; CI has the new one before the old one goes; its age is written down", async () => {
    const delivery = ["repositories", "spring-app", "delivery"];
    const expiresAt = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
    const plan: KeyPlan = { generation: "the second", postponed: false, since, record: { rotation: "x" } };
    const { graph, platform, registered } = await build(
      "dev",
      [
        [[...delivery, "identity"], "projectToken"],
        [[...delivery, "token"], { expiresAt }],
      ],
      {
        ...{ kind: "gitlab", keyPlans: { [name]: plan } },
        previous: { tokens: { [name]: "spring-app-delivery-fluxcd-token-id" } },
      },
    );
    const token = graph.registrations.get("spring-app-delivery-fluxcd-token");
    expect(token?.replacementTrigger).toBe("the second");
    expect(only(registered, "spring-app-delivery-fluxcd-token").inputs["expiresAt"]).toBe(expiresAt);
    expect(graph.registrations.get("spring-app-delivery-FLUXCD_TOKEN")?.inputSources["value"]).toEqual([
      "spring-app-delivery-fluxcd-token",
    ]);
    const { tokens, credentials } = platform.outputs;
    expect(await valueOf(tokens[name] as pulumi.Output<string>)).toBe("spring-app-delivery-fluxcd-token-id");
    expect(await valueOf(credentials[name] as pulumi.Output<KeyRecord>)).toEqual({ since, rotation: "x" });
  });
});

describe("a platform without plans", () => {
  test("replaces nothing and writes nothing down", async () => {
    const { platform, graph } = await build("dev");
    const triggers = [...graph.registrations.values()].filter(
      ({ replacementTrigger }) => replacementTrigger !== undefined,
    );
    expect(triggers).toEqual([]);
    expect(platform.outputs.credentials).toEqual({});
  });
});
