/**
 * The life of the keys of the dev stack, on both Git hosts in turn: what each may do, how they are replaced while Flux and CI
 * use them, how one that is lost comes back, and how they end. The tests build on each other, in this order.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "prettier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conditionOf } from "../../scripts/kubectl.ts";
import { hosted } from "../../scripts/hosted.ts";
import { eventually, startLab, textOf, type Ended, type Env, type TestLab } from "./commands.ts";
import { DevStack, repositories } from "./dev-stack.ts";
import { gitHubEvents, gitLabEvents, Receiving, type EventHost } from "./events.ts";
import { httpUser, keyHolder, rightsOf, rightsTable, type Rights } from "./key-rights.ts";

const flux = "flux-system";
const pairs = {
  flux: "dev-flux-cd-key-pair",
  charts: "spring-app-delivery-charts-key-pair",
  fluxcd: "spring-app-delivery-fluxcd-key-pair",
} as const;

/** A Git host of the lab, and where it says what the tests are about. */
interface Row {
  readonly kind: "github" | "gitlab";
  readonly title: string;
  readonly file: string;
  readonly base: () => string;
  readonly token: () => string;
  /** Key pairs that the stack has there. */
  readonly pairs: readonly string[];
  /** The keys that the host knows of a repository. */
  readonly keysPath: (repository: string) => string;
  /** How the access log tells that CI's secret was set. */
  readonly secretIsSet: RegExp;
  readonly keyIsMade: RegExp;
  readonly keyIsRemoved: RegExp;
  /** What makes a stack replace all its keys: a line of the configuration, and days that go by. */
  readonly rotation: { readonly credentials: string; readonly days: number };
}

let lab: TestLab;
const tables: string[] = [];

const rows: readonly Row[] = [
  {
    kind: "github",
    title: "GitHub",
    file: "Pulumi.dev.yaml",
    base: () => lab.env["GITHUB_BASE_URL"] ?? "",
    token: () => lab.env["GITHUB_TOKEN"] ?? "",
    pairs: Object.values(pairs),
    keysPath: (repository) => `api/v3/repos/acme/${repository}/keys`,
    secretIsSet: /http PUT \S*\/repos\/acme\/spring-app\/actions\/secrets\/FLUXCD_DEPLOY_KEY 20\d/,
    keyIsMade: /http POST \S*\/repos\/acme\/flux-cd\/keys 201/,
    keyIsRemoved: /http DELETE \S*\/repos\/acme\/flux-cd\/keys\/\d+ 204/,
    rotation: { credentials: '{ rotation: "2026-11" }', days: 0 },
  },
  {
    kind: "gitlab",
    title: "GitLab",
    file: "examples/spring-app-gitlab.yaml",
    base: () => lab.env["GITLAB_BASE_URL"] ?? "",
    token: () => lab.env["GITLAB_TOKEN"] ?? "",
    pairs: [pairs.flux, pairs.fluxcd],
    keysPath: (repository) => `api/v4/projects/${encodeURIComponent(`acme/${repository}`)}/deploy_keys`,
    secretIsSet: /http PUT \S*\/variables\/FLUXCD_DEPLOY_KEY 200/,
    keyIsMade: /http POST \S*\/deploy_keys 201/,
    keyIsRemoved: /http DELETE \S*\/deploy_keys\/\d+ 204/,
    rotation: { credentials: "{ maxAge: 60d, expireAfter: 90d }", days: 61 },
  },
];

beforeAll(async () => {
  lab = await startLab();
});

afterAll(async () => {
  await lab.end();
});

/** The dev stack on a host, with a section `credentials`, as if some days had gone by; Flux looks at its source each second. */
async function stackOn(row: Row, credentials = "{}", days = 0): Promise<DevStack> {
  const text = (await readFile(join(lab.lab.paths.checkout, row.file), "utf8"))
    .replace("interval: 15s", "interval: 1s")
    .replace("config:\n", `config:\n  slipway:credentials: ${credentials}\n`);
  expect(text).toContain("interval: 1s");
  await writeFile(configFile(row), text);
  return new DevStack(lab, { configFile: configFile(row), env: { ...lab.env, ...later(days) } });
}

const configFile = (row: Row) => join(lab.scratch, `Pulumi.${row.kind}.yaml`);

/** The program and its providers take this day for another one. */
const later = (days: number): Env => ({
  LATER_DAYS: String(days),
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, "later.mjs")).href}`,
});

/** A preview that is warned, or refused. */
const preview = (stack: DevStack, row: Row): Promise<Ended> =>
  stack.pulumi(["preview", "--diff", "--config-file", configFile(row)]);

const source = () => lab.object("gitrepository", "flux-cd", flux);

async function sourceIsReady(): Promise<void> {
  await eventually("the source is Ready", source, (seen) => conditionOf(seen, "Ready")?.status === "True");
}

interface HostKey {
  readonly id: number;
  readonly title: string;
  readonly key: string;
  readonly expires_at?: string | null;
}

/** Where the host tells of the repository that Flux follows. */
function eventsOf(row: Row): EventHost {
  const get = <T>(path: string) => call<T>(row, row.keysPath("flux-cd").replace(/\/[a-z_]+$/, path));
  return row.kind === "github" ? gitHubEvents(get) : gitLabEvents(get);
}

async function call<T>(row: Row, path: string, method = "GET"): Promise<T> {
  const headers =
    row.kind === "github" ? { authorization: `Bearer ${row.token()}` } : { "private-token": row.token() };
  const answer = await fetch(`${row.base()}${path}`, { method, headers });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

const keysOf = (row: Row, repository: string) =>
  call<HostKey[]>(row, `${row.keysPath(repository)}?per_page=100`);
const allKeys = async (row: Row) => (await Promise.all(repositories.map((name) => keysOf(row, name)))).flat();

/** A key pair of the state, private half and all. */
interface Pair {
  readonly name: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

async function keyPairs(stack: DevStack): Promise<Pair[]> {
  const { stdout } = await stack.pulumi(["stack", "export", "--show-secrets"]);
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: { urn: string; type: string; outputs: Record<string, unknown> }[] };
  };
  // A secret is text in JSON.
  const plain = (value: unknown) =>
    typeof value === "string" ? value : (JSON.parse((value as { plaintext: string }).plaintext) as string);
  return deployment.resources
    .filter(({ type, urn }) => type === "tls:index/privateKey:PrivateKey" && urn.endsWith("-key-pair"))
    .map(({ urn, outputs }) => ({
      name: urn.split("::").at(-1) ?? "",
      privateKey: plain(outputs["privateKeyOpenssh"]),
      publicKey: plain(outputs["publicKeyOpenssh"]).trim(),
    }));
}

const accessLog = () => textOf(join(lab.lab.paths.logs, "git-host.log"));
const refused = /ssh (authenticate publickey|git-\S+ \S+) refused/;

/** Warnings of Flux about its source: one for each fetch that failed. */
async function failures(): Promise<string[]> {
  const text = await lab.kubectl(
    ...[
      "get",
      "events",
      "--namespace",
      flux,
      "--field-selector",
      "type=Warning,involvedObject.kind=GitRepository",
    ],
    ...["--output", "jsonpath={range .items[*]}{.lastTimestamp} {.count} {.reason} {.message}{'\\n'}{end}"],
  );
  return text.split("\n").filter((line) => line !== "");
}

describe.each(rows)("on $title", (row) => {
  let stack: DevStack;

  beforeAll(async () => {
    stack = await stackOn(row);
    const ended = await stack.up();
    expect(ended.code, ended.all).toBe(0);
    await sourceIsReady();
  });

  test("nothing is left on the other host, where the stack was", async () => {
    expect(await hosted(row.kind === "github" ? "gitlab" : "github", lab.env)).toEqual([]);
    expect(await hosted(row.kind, lab.env)).toHaveLength(3);
  });

  test("each key opens what it is for, and nothing else", async () => {
    const found = new Map((await keyPairs(stack)).map((pair) => [pair.name, pair]));
    expect([...found.keys()].sort()).toEqual([...row.pairs].sort());
    const administrator = httpUser(lab, "the token of whoever runs `pulumi up`", row.base(), row.token());
    const url = (await source())?.spec?.url ?? "";
    const holder = async (name: string, pair: string) =>
      found.has(pair)
        ? [
            await keyHolder(lab, name, {
              privateKey: found.get(pair)?.privateKey ?? "",
              url,
              repository: "flux-cd",
            }),
          ]
        : [];
    const identities = [
      ...(await holder("Flux of an environment, by its key `flux-cd`", pairs.flux)),
      ...(await holder("CI of the app, by its key `spring-app reads charts`", pairs.charts)),
      ...(await holder("CI of the app, by its key `spring-app writes fluxcd`", pairs.fluxcd)),
      administrator,
      httpUser(lab, "somebody without a key", row.base()),
    ];
    const rights: [string, Rights][] = [];
    for (const identity of identities) {
      rights.push([identity.name, await rightsOf(lab, identity, repositories, administrator)]);
    }
    tables.push(`## ${row.title}\n\n${rightsTable(repositories, rights)}\n`);
  });

  test("all keys are replaced while Flux fetches each second: no fetch fails, and CI always has a key that works", async () => {
    const [before, failed, log] = [await allKeys(row), await failures(), await accessLog()];
    const { credentials, days } = row.rotation;
    const rotating = await stackOn(row, credentials, days);
    const [host, receiving] = [eventsOf(row), new Receiving(lab, eventsOf(row))];
    const [hooks, token] = [await host.webhooks(), await receiving.token()];
    if (row.kind === "gitlab") {
      // The ages are written down in the first run; another end is another key, so this one is the start.
      expect(before.every(({ expires_at: ends }) => (ends ?? null) === null)).toBe(true);
    }
    const ended = await rotating.up();
    expect(ended.code, ended.all).toBe(0);
    const after = await allKeys(row);
    expect(after.map(({ title }) => title).sort()).toEqual(before.map(({ title }) => title).sort());
    const old = before.map(({ key }) => key);
    expect(after.filter(({ key }) => old.includes(key))).toEqual([]);
    await sourceIsReady();

    const during = (await accessLog()).slice(log.length).split("\n");
    expect(
      during.filter((line) => line.includes("ssh git-upload-pack /acme/flux-cd 0")).length,
    ).toBeGreaterThan(1);
    expect(during.filter((line) => refused.test(line))).toEqual([]);
    expect(await failures()).toEqual(failed);

    const at = (pattern: RegExp) => during.flatMap((line, number) => (pattern.test(line) ? [number] : []));
    const [made, set, removed] = [at(row.keyIsMade), at(row.secretIsSet), at(row.keyIsRemoved)];
    expect([made.length, set.length, removed.length]).toEqual([2, 1, 2]);
    // The host numbers keys as they come, so that this says which of the two requests was for CI's.
    const numbered = (await keysOf(row, "flux-cd")).sort((a, b) => a.id - b.id);
    const ofCi = made[numbered.findIndex(({ title }) => title.endsWith("writes"))];
    expect(Math.min(...set)).toBeGreaterThan(ofCi ?? Infinity);
    expect(Math.min(...removed)).toBeGreaterThan(Math.max(...set));

    // The webhook's token is another one as well: the host knows it, Flux listens to it, and no longer to the old one.
    const { status } = await receiving.receiver();
    const [hook = "", ...others] = await host.webhooks();
    expect(others).toEqual([]);
    expect(new URL(hook).pathname).toBe(status?.webhookPath);
    expect(hooks).not.toContain(hook);
    const asked = await receiving.asked();
    expect(await receiving.send(await receiving.token())).toBe(200);
    await eventually(
      "Flux is asked to look",
      () => receiving.asked(),
      (seen) => seen !== asked,
    );
    expect(await receiving.send(token)).toBe(400);
  });

  test("a key that was removed on the host is replaced by one command, and no other one is", async () => {
    const { credentials, days } = row.rotation;
    stack = await stackOn(row, credentials, days);
    const before = await allKeys(row);
    const lost = before.find(({ title }) => title.includes("Flux of dev"));
    await call(row, `${row.keysPath("flux-cd")}/${lost?.id ?? 0}`, "DELETE");
    await eventually("the source fails", source, (seen) => conditionOf(seen, "Ready")?.status === "False");
    const ended = await stack.up("--refresh", "--replace", `**::${pairs.flux}`);
    expect(ended.code, ended.all).toBe(0);
    expect(conditionOf(await source(), "Ready")?.status).toBe("True");
    const after = await allKeys(row);
    const others = (keys: HostKey[]) => keys.filter(({ title }) => title !== lost?.title);
    expect(others(after)).toEqual(
      others(before).map((key) => expect.objectContaining({ id: key.id }) as HostKey),
    );
    expect(after.find(({ title }) => title === lost?.title)?.key).not.toBe(lost?.key);
    expect(after).toHaveLength(before.length);
    const again = await stack.up("--expect-no-changes", "--refresh");
    expect(again.code, again.all).toBe(0);
  });
});

describe("on a host that ends keys", () => {
  const row = rows[1] as Row;
  const ending = "{ expireAfter: 90d }";

  test("the host knows when", async () => {
    const ends = (await allKeys(row)).map(({ expires_at: end }) => Date.parse(end ?? ""));
    const days = ends.map((end) => (end - Date.now()) / 86_400_000);
    for (const left of days) expect(left).toBeGreaterThan(61 + 88);
    for (const left of days) expect(left).toBeLessThanOrEqual(61 + 90);
  });

  test("a preview warns two weeks before, with the command that renews", async () => {
    const warned = await preview(await stackOn(row, ending, 61 + 80), row);
    expect(warned.code, warned.all).toBe(0);
    expect(warned.all).toMatch(
      /the key "flux-cd", made \d{4}-\d\d-\d\d, ends on \d{4}-\d\d-\d\d: this renews it/,
    );
    expect(warned.all).toMatch(
      /pulumi config set --path 'slipway:credentials\.rotate\["flux-cd"\]' \d{4}-\d\d-\d\d/,
    );
  });

  test("past it, it fails, naming each key; its own commands make it pass again, and replace these keys", async () => {
    const stack = await stackOn(row, ending, 61 + 91);
    const over = await preview(stack, row);
    expect(over.code).not.toBe(0);
    expect(over.all).toContain("The stack configuration has 2 problems");
    expect(over.all).toContain('the key "spring-app writes fluxcd", made ');
    const commands = [...over.all.matchAll(/pulumi (config set --path) '(.*)' (\S+)/g)];
    expect(commands).toHaveLength(2);
    for (const [, command = "", key = "", value = ""] of commands) {
      const set = await stack.pulumi([...command.split(" "), key, value, "--config-file", configFile(row)]);
      expect(set.code, set.all).toBe(0);
    }
    const renewed = await preview(stack, row);
    expect(renewed.code, renewed.all).toBe(0);
    for (const pair of row.pairs) expect(renewed.all).toContain(`::${pair}]`);
  });
});

test("docs/keys.md says who may do what, as it was tried", async () => {
  const page = `# Keys

Who may do what with Git in the repositories of a stack: here the stack \`dev\`, on the lab. This page is written by a test that
tries it with Git: \`npx vitest run --project lab test/lab/credentials.test.ts --update\`. How keys are replaced, and when they
end, is in [operations.md](operations.md#rotate-a-key).

${tables.join("\n")}
On GitLab, CI reads the charts with the token of the job, which opens the projects that have the app's on their list.
`;
  expect(tables).toHaveLength(2);
  const text = await format(page, { parser: "markdown", printWidth: 110 });
  await expect(text).toMatchFileSnapshot(join(lab.lab.paths.checkout, "docs/keys.md"));
});
