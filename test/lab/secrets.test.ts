/**
 * No secret is anywhere in the clear. The dev stack is brought up, shown and destroyed on a lab as talkatively as Pulumi and
 * npm can, its CI first with a personal token and then with a key; and a token of a project is made on GitLab. Then the real secrets,
 * as the decrypted state has them, are looked for in everything that was said or written.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { cacheRoot } from "../../toolchain/index.ts";
import { attempt, run, startLab, type Ended, type Env, type TestLab } from "./commands.ts";
import { HostStack } from "./host-stack.ts";
import { filesBelow, formsOf, foundIn, masked, secretsOf, type Secret } from "./secret-values.ts";

/**
 * The only lines that are known to tell secrets, and that nobody but Pulumi can mend; see docs/operations.md. From verbosity
 * 9 on, each property that goes to a provider or comes from it, for the inside of a secret has no mark. With `--logflow`,
 * from 5 on, the token that the bridge hands on to the GitHub provider.
 */
const pulumisOwn =
  /"msg":"(?:(?:Unm|M)arshaling property for RPC\[.*"v":9|Created Terraform input: token = .*"v":9|Terraform input token = .*"v":5)}$/;

const talkative = ["-v=9", "--logtostderr", "--logflow"];
const personalToken = `ghp_${randomBytes(18).toString("hex")}`;

let lab: TestLab;
let env: Env;
/** A stack on GitLab. */
let other: HostStack;
/** What each command said. */
const said = new Map<string, string>();
/** Every command line that a process had. */
const commandLines = new Set<string>();
/** The secrets in all their forms. */
let secrets: Secret[];
/** The decrypted states, with the personal token and with the key. */
const states: string[] = [];

beforeAll(async () => {
  lab = await startLab();
  return lab.end;
});

beforeAll(async () => {
  other = await HostStack.start("gitlab");
  return () => other.stop();
});

beforeAll(async () => {
  const temporary = join(lab.scratch, "tmp");
  await mkdir(temporary);
  // npm keeps logs at home.
  const home = join(lab.scratch, "home");
  await mkdir(home);
  const path = [await listeningGit(), lab.env["PATH"] ?? ""].join(delimiter);
  env = { ...lab.env, PATH: path, TMPDIR: temporary, HOME: home };
  const watch = new AbortController();
  const watching = watchCommandLines(watch.signal);
  try {
    const update = ["up", "--stack", "dev", "--yes", "--skip-preview", ...talkative];
    await say("up", pulumi(...update, "--config-file", await withPersonalToken()));
    states.push(await decrypted());
    // With a log file, and the SDK's debugging messages on the screen.
    await say("preview", pulumi("preview", "--stack", "dev", "--debug", "--diff", "-v=8"));
    await say("outputs", pulumi("stack", "--stack", "dev", "--show-urns", "--show-ids"));
    await say("export", pulumi("stack", "export", "--stack", "dev"));
    await say("history", pulumi("stack", "history", "--stack", "dev"));
    const npm = { ...env, SLIPWAY_LAB: lab.lab.paths.root, SLIPWAY_CACHE: cacheRoot() };
    await say("demo", attempt(npm, "npm", ["run", "demo", "--loglevel", "silly"], checkout()));
    await say(
      "status",
      attempt(npm, "npm", ["run", "lab", "--loglevel", "silly", "--", "status"], checkout()),
    );
    states.push(await decrypted());
    await keepHistories();
    await say("up on GitLab", other.pulumi("up", talkative, { KEY_GENERATION: "1" }));
    await say("destroy", pulumi("destroy", "--stack", "dev", "--yes", "--skip-preview", ...talkative));
  } finally {
    watch.abort();
    await watching;
  }
  const token = { what: "GITHUB_TOKEN", text: lab.env["GITHUB_TOKEN"] ?? "none" };
  const ofProject = { what: "a project's token", text: await projectToken() };
  secrets = [token, ofProject, ...states.flatMap(secretsOf)].flatMap(formsOf);
});

const checkout = () => lab.lab.paths.checkout;
const pulumi = (...args: string[]) => attempt(env, "pulumi", [...args, "--non-interactive"], checkout());

const decrypted = () =>
  run(env, "pulumi", ["stack", "export", "--stack", "dev", "--show-secrets"], checkout());

/** The stack's file, with a CI that writes by a personal token; like every secret there it is encrypted. */
async function withPersonalToken(): Promise<string> {
  const file = join(lab.scratch, "personal.yaml");
  const text = await readFile(join(checkout(), "Pulumi.dev.yaml"), "utf8");
  await writeFile(file, text.replace("      delivery:\n", "$&        identity: personalToken\n"));
  const set = "pulumi config set --secret --stack dev --path slipway:ciSecrets.FLUXCD_TOKEN";
  const script = `printf %s "$VALUE" | ${set} --config-file "$FILE"`;
  await run({ ...env, VALUE: personalToken, FILE: file }, "sh", ["-c", script], checkout());
  return file;
}

/** The token that CI has on GitLab, which tells it to Maintainers. */
async function projectToken(): Promise<string> {
  const found = await other.look<{ value: string }>(other.api("shop", "/variables/DEPLOY_TOKEN"));
  return found?.value ?? "";
}

async function say(what: string, command: Promise<Ended>): Promise<void> {
  const { code, all } = await command;
  expect(code, `${what}: ${all.slice(-3000)}`).toBe(0);
  said.set(what, all);
}

/** A Git that notes its arguments, before the real one: it is the only short-lived process that works with the token. */
async function listeningGit(): Promise<string> {
  const folder = join(lab.scratch, "bin");
  const real = (await run(lab.env, "sh", ["-c", "command -v git"])).trim();
  await mkdir(folder);
  const script = `#!/bin/sh\nprintf '%s\\n' "git $*" >>'${join(lab.scratch, "git-arguments")}'\nexec '${real}' "$@"\n`;
  await writeFile(join(folder, "git"), script);
  await chmod(join(folder, "git"), 0o755);
  return folder;
}

/** Looks at the command line of every process of the machine, as often as the machine allows. */
async function watchCommandLines(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const all = await run({ PATH: process.env["PATH"] ?? "" }, "ps", ["-ww", "-A", "-o", "command="]);
    for (const line of all.split("\n")) commandLines.add(line);
    await setTimeout(200);
  }
}

/** Every object of every repository, as text, from before they are deleted. */
let histories = "";
async function keepHistories(): Promise<void> {
  const folder = join(lab.lab.paths.gitHost, "repositories", "acme");
  const repositories = (await readdir(folder)).sort();
  expect(repositories).toHaveLength(3);
  for (const repository of repositories) {
    const all = ["cat-file", "--batch-all-objects", "--batch"];
    histories += await run(lab.env, "git", ["-C", join(folder, repository), ...all]);
  }
}

test("the stack has the secrets that are looked for", () => {
  const found = states.flatMap(secretsOf);
  const named = found.map(({ what }) => what.split(".").slice(0, 3).join("."));
  for (const wanted of [
    "github.inputs.token",
    "dev-flux-cd-key-pair.outputs.privateKeyOpenssh",
    "spring-app-delivery-fluxcd-key-pair.outputs.privateKeyPem",
  ]) {
    expect(
      named.some((name) => name.startsWith(wanted) || name === wanted.replace("inputs", "outputs")),
    ).toBe(true);
  }
  const texts = found.map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining([personalToken, "lab-registry-password"]));
  expect(secrets).toContainEqual({
    what: "a project's token",
    text: expect.stringMatching(/^glpat-/) as string,
  });
  expect(foundIn(states.join("\n"), secrets)).not.toEqual([]);
});

test.each(["up", "up on GitLab", "destroy"])(
  "none is in what `pulumi %s` says at verbosity 9, but for Pulumi's own lines",
  (what) => {
    const lines = (said.get(what) ?? "").split("\n");
    expect(lines.length).toBeGreaterThan(1000);
    const rest = lines.filter((line) => !pulumisOwn.test(line));
    expect(rest.flatMap((line) => masked(line, secrets))).toEqual([]);
  },
);

test.each(["preview", "outputs", "export", "history", "demo", "status"])(
  "none is in what %s says",
  (what) => {
    expect(said.get(what)).not.toBe("");
    expect(foundIn(said.get(what) ?? "", secrets)).toEqual([]);
  },
);

test("none is in a file: of the lab, its logs and states with their copies and history, of Pulumi's or npm's logs", async () => {
  const { root, gitHost, cluster } = lab.lab.paths;
  // Where they have to be: what the Git host knows its administrator by, and the cluster's own Secrets.
  const kept = [join(gitHost, "token"), join(cluster, "clusters", "lab", "etcd")];
  const leaks: string[] = [];
  const seen: string[] = [];
  for (const folder of [root, lab.scratch, await other.host.folder("stack")]) {
    for await (const { path, text } of filesBelow(folder)) {
      seen.push(relative(folder, path));
      if (kept.some((place) => path.startsWith(place))) continue;
      leaks.push(...foundIn(text, secrets).map((what) => `${path}: ${what}`));
    }
  }
  expect(leaks).toEqual([]);
  for (const looked of [
    /^pulumi\/state\/\.pulumi\/stacks\/slipway\/dev\.json\.bak$/,
    /^pulumi\/state\/\.pulumi\/history\/slipway\/dev\/.*\.checkpoint\.json$/,
    /^logs\/git-host\.log$/,
    /^tmp\/pulumi\..*\.log\.INFO\./,
    /^home\/\.npm\/_logs\//,
  ]) {
    expect(
      seen.some((path) => looked.test(path)),
      String(looked),
    ).toBe(true);
  }
});

test("none is in the arguments of a process", async () => {
  const git = await readFile(join(lab.scratch, "git-arguments"), "utf8");
  expect(git).toMatch(/^git -C \S+ push .*\/acme\/flux-cd\.git /m);
  const lines = [...commandLines].join("\n");
  expect(lines).toContain("pulumi-resource-github");
  expect(foundIn(`${git}\n${lines}`, secrets)).toEqual([]);
});

test("none is in an address: the Git host's log, which masks its token, had nothing to mask", async () => {
  const log = await readFile(join(lab.lab.paths.logs, "git-host.log"), "utf8");
  expect(log).toMatch(/http POST \S*\/acme\/flux-cd\S*\/git-receive-pack/);
  expect(foundIn(log, secrets)).toEqual([]);
  expect(log).not.toContain("***");
});

test("none is in the repositories, whole histories of them", () => {
  expect(histories).toContain("Begin the fluxcd repository");
  expect(foundIn(histories, secrets)).toEqual([]);
});
