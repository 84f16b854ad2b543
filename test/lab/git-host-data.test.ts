import { mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import sodium from "libsodium-wrappers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGitHost } from "../../lab/git-host/git-host.ts";
import { TestHost } from "../../lab/git-host/testing.ts";

let lab: TestHost;
beforeEach(async () => {
  lab = await TestHost.start();
});
afterEach(() => lab.stop());

async function putSecret(name: string, value: string): Promise<number> {
  const key = (await lab.call("GET", "/repos/acme/app/actions/secrets/public-key")).body as Record<
    string,
    string
  >;
  await sodium.ready;
  const sealed = sodium.crypto_box_seal(value, new Uint8Array(Buffer.from(key["key"] ?? "", "base64")));
  const body = { encrypted_value: Buffer.from(sealed).toString("base64"), key_id: key["key_id"] };
  return (await lab.call("PUT", `/repos/acme/app/actions/secrets/${name}`, body)).status;
}

test("a restart keeps the token, the host key, repositories, keys, variables and secrets", async () => {
  await lab.repository("app", { description: "An app" });
  const key = await lab.key("kept");
  await lab.call("POST", "/repos/acme/app/keys", { title: "kept", key: key.publicKey, read_only: false });
  await lab.call("POST", "/repos/acme/app/actions/variables", { name: "COLOUR", value: "blue" });
  expect(await putSecret("PASSWORD", "s3same")).toBe(201);
  await lab.gitOk(await lab.working("work"), ["push", lab.ssh("app"), "main"], key.env);
  const token = lab.host.token;
  const hostKey = (await readFile(lab.host.knownHostsFile, "utf8")).split(" ").slice(1);

  await lab.restart();

  expect(lab.host.token).toBe(token);
  expect((await readFile(lab.host.knownHostsFile, "utf8")).split(" ").slice(1)).toEqual(hostKey);
  expect((await lab.call("GET", "/repos/acme/app")).body).toMatchObject({
    description: "An app",
    private: true,
  });
  expect((await lab.call("GET", "/repos/acme/app/keys")).body).toMatchObject([
    { title: "kept", read_only: false },
  ]);
  expect((await lab.call("GET", "/repos/acme/app/actions/variables/COLOUR")).body).toMatchObject({
    value: "blue",
  });
  expect((await lab.call("GET", "/repos/acme/app/branches")).body).toMatchObject([{ name: "main" }]);
  expect(await lab.gitOk(lab.directory, ["ls-remote", lab.ssh("app"), "main"], key.env)).not.toBe("");
  expect(await lab.host.revealSecret("acme", "app", "password")).toBe("s3same");
});

test("what is secret on disk is for its owner alone", async () => {
  await lab.repository("app");
  const folder = join(lab.directory, "host");
  const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
  expect(await mode(folder)).toBe(0o700);
  for (const file of ["token", "ssh_host_ed25519_key", "store.json"])
    expect(await mode(join(folder, file))).toBe(0o600);
});

test("neither the token nor a secret, a key or a body ever gets into the log", async () => {
  await lab.repository("app");
  const key = await lab.key("logged");
  await lab.call("POST", "/repos/acme/app/keys", { title: "logged", key: key.publicKey });
  await putSecret("PASSWORD", "s3same");
  await lab.call("POST", "/repos/acme/app/actions/variables", { name: "COLOUR", value: "turquoise" });
  await lab.call("GET", `/repos/acme/app?access_token=${lab.host.token}`);
  await lab.call("GET", `/repos/acme/${lab.host.token}`);
  await lab.call("GET", "/user", undefined, { token: "ghp_somebodyElses" });
  await lab.call("POST", "/orgs/acme/repos", undefined, { text: "{turquoise" });
  await lab.gitOk(await lab.working("work"), ["push", lab.http("app"), "main"], lab.withToken());
  await lab.gitOk(lab.directory, ["ls-remote", lab.ssh("app")], key.env);
  await lab.host.close();

  const log = lab.lines.join("\n");
  expect(log).toContain("http GET /api/v3/user 401");
  expect(log).toContain("http POST /acme/app.git/git-receive-pack 200");
  expect(log).toContain("ssh git-upload-pack /acme/app 0");
  const blob = key.publicKey.split(" ")[1] ?? "";
  for (const secret of [lab.host.token, "ghp_", "s3same", "turquoise", blob])
    expect(log).not.toContain(secret);
});

test("a secret is nowhere on disk or in an answer in the clear", async () => {
  await lab.repository("app");
  await putSecret("PASSWORD", "s3same");
  expect(await readFile(join(lab.directory, "host/store.json"), "utf8")).not.toContain("s3same");
  const answer = (await lab.call("GET", "/repos/acme/app/actions/secrets/PASSWORD")).body as object;
  expect(Object.keys(answer).sort()).toEqual(["created_at", "name", "updated_at"]);
});

test("a rename, creation or deletion that a crash cut short is put right by the next start", async () => {
  await lab.repository("moved");
  await lab.gitOk(await lab.working("work"), ["push", lab.http("moved"), "main"], lab.withToken());
  await lab.repository("lost");
  const owner = join(lab.directory, "host/repositories/acme");
  await lab.host.close();
  await rename(join(owner, "moved.git"), join(owner, "elsewhere.git"));
  await rm(join(owner, "lost.git"), { recursive: true });

  await lab.restart();

  expect((await lab.call("GET", "/repos/acme/moved/branches")).body).toMatchObject([{ name: "main" }]);
  expect((await lab.call("GET", "/repos/acme/lost/branches")).body).toEqual([]);
  expect((await readdir(owner)).sort()).toEqual(["lost.git", "moved.git"]);
});

test("many changes at once are all kept, and leave no temporary file", async () => {
  await lab.repository("app");
  const names = Array.from({ length: 40 }, (_, index) => `NUMBER_${index}`);
  await Promise.all(
    names.map((name) => lab.call("POST", "/repos/acme/app/actions/variables", { name, value: "1" })),
  );
  await lab.restart();
  expect((await lab.call("GET", "/repos/acme/app/actions/variables")).body).toMatchObject({
    total_count: 40,
  });
  expect((await readdir(join(lab.directory, "host"))).filter((file) => file.endsWith(".tmp"))).toEqual([]);
});

test("of several requests for one new repository exactly one is granted", async () => {
  const answers = await Promise.all(
    ["one", "ONE", "One"].map((name) => lab.call("POST", "/orgs/acme/repos", { name, private: true })),
  );
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, 422, 422]);
});

test("a store that is not one stops the start, and is left as it is", async () => {
  const directory = await mkdtemp(join(tmpdir(), "git-host-"));
  const file = join(directory, "store.json");
  await writeFile(file, '{"version": 99, "secret": "s3same"}');
  const start = createGitHost({
    directory,
    httpPort: 0,
    sshPort: 0,
    owners: ["acme"],
    writeLine: () => undefined,
  });
  await expect(start).rejects.toThrow(/store\.json is not a state of this Git host/);
  expect(await readFile(file, "utf8")).toContain("99");
  await rm(directory, { recursive: true });
});

test("a taken port stops the start, and is named", async () => {
  const directory = await mkdtemp(join(tmpdir(), "git-host-"));
  const httpPort = Number(new URL(lab.host.url).port);
  const start = createGitHost({
    directory,
    httpPort,
    sshPort: 0,
    owners: ["acme"],
    writeLine: () => undefined,
  });
  await expect(start).rejects.toThrow(`127.0.0.1:${httpPort} for HTTP: something else listens there`);
  await rm(directory, { recursive: true });
});

/** The host as a process of its own, with a folder of its own. */
async function startProcess(directory: string): Promise<{
  url: string;
  ssh: string;
  gitlab: string;
  stop: (signal: "SIGTERM" | "SIGKILL") => Promise<number | null>;
}> {
  const main = join(import.meta.dirname, "../../lab/git-host/main.ts");
  const ports = ["http-port", "ssh-port", "gitlab-http-port", "gitlab-ssh-port"];
  const flags = ["--data", directory, ...ports.flatMap((port) => [`--${port}`, "0"]), "--owner", "acme"];
  const child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const line = await new Promise<string>((resolve) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().split("\n")[0] ?? ""));
  });
  const [, url = "", ssh = "", gitlab = ""] =
    /^ready (http:\/\/127\.0\.0\.1:\d+) (ssh:\/\/git@127\.0\.0\.1:\d+) (http:\/\/127\.0\.0\.1:\d+) ssh:\S+$/.exec(
      line,
    ) ?? [];
  const stop = (signal: "SIGTERM" | "SIGKILL"): Promise<number | null> => {
    child.kill(signal);
    return exit;
  };
  return { url, ssh, gitlab, stop };
}

test("the process says when it is ready, and ends cleanly when told to", async () => {
  const directory = await mkdtemp(join(tmpdir(), "git-host-"));
  const host = await startProcess(directory);
  expect((await fetch(`${host.url}/api/v3/meta`)).status).toBe(200);
  const token = (await readFile(join(directory, "gitlab", "token"), "utf8")).trim();
  const gitlab = await fetch(`${host.gitlab}/api/v4/groups/acme`, { headers: { "private-token": token } });
  expect(gitlab.status).toBe(200);
  const knownHosts = await readFile(join(directory, "known_hosts"), "utf8");
  expect(knownHosts).toMatch(
    new RegExp(`^\\[127\\.0\\.0\\.1\\]:${new URL(host.ssh).port} ssh-ed25519 \\S+\n$`),
  );
  expect(await host.stop("SIGTERM")).toBe(0);
  await rm(directory, { recursive: true });
});

test("whatever was answered survives a kill in the middle of work", async () => {
  const directory = await mkdtemp(join(tmpdir(), "git-host-"));
  const names: string[] = [];
  for (let round = 0; round < 3; round++) {
    const host = await startProcess(directory);
    const headers = { authorization: `token ${(await readFile(join(directory, "token"), "utf8")).trim()}` };
    const create = async (name: string): Promise<void> => {
      const body = JSON.stringify({ name, private: true });
      const answer = await fetch(`${host.url}/api/v3/orgs/acme/repos`, { method: "POST", headers, body });
      if (answer.status === 201) names.push(name);
    };
    const work = Array.from({ length: 12 }, (_, index) =>
      create(`r${round}-${index}`).catch(() => undefined),
    );
    await Promise.race(work);
    await host.stop("SIGKILL");
    await Promise.all(work);
  }
  const host = await startProcess(directory);
  const headers = { authorization: `token ${(await readFile(join(directory, "token"), "utf8")).trim()}` };
  expect(names.length).toBeGreaterThanOrEqual(3);
  for (const name of names) {
    const answer = await fetch(`${host.url}/api/v3/repos/acme/${name}/branches`, { headers });
    expect([name, answer.status]).toEqual([name, 200]);
  }
  await host.stop("SIGTERM");
  await rm(directory, { recursive: true });
});
