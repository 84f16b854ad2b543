import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { TestHost, run } from "../../lab/git-host/testing.ts";

let lab: TestHost;
beforeAll(async () => {
  lab = await TestHost.start();
  return () => lab.stop();
});

/** The repository's default branch as the API says it. */
async function defaultBranch(name: string): Promise<unknown> {
  return ((await lab.call("GET", `/repos/acme/${name}`)).body as { default_branch: string }).default_branch;
}

async function deployKey(name: string, readOnly: boolean): Promise<Awaited<ReturnType<TestHost["key"]>>> {
  const key = await lab.key(`${name}-${readOnly ? "reader" : "writer"}`);
  const { status } = await lab.call("POST", `/repos/acme/${name}/keys`, {
    title: "key",
    key: key.publicKey,
    read_only: readOnly,
  });
  expect(status).toBe(201);
  return key;
}

test("over HTTP a private repository is cloned and pushed with the token, and not without", async () => {
  await lab.repository("http-private");
  const work = await lab.working("http-private");
  const url = lab.http("http-private");
  expect((await lab.git(work, ["push", url, "main"])).stderr).toContain("could not read Username");
  expect((await lab.git(work, ["push", url, "main"], lab.withToken("ghp_wrong"))).exitCode).not.toBe(0);
  await lab.gitOk(work, ["push", url, "main"], lab.withToken());
  expect((await lab.git(work, ["ls-remote", url])).exitCode).not.toBe(0);
  const heads = await lab.gitOk(work, ["ls-remote", url, "main"], lab.withToken());
  expect(heads).toContain(await lab.gitOk(work, ["rev-parse", "HEAD"]));
});

test("over HTTP a public repository is read by everybody and written with the token only", async () => {
  await lab.repository("http-public", { visibility: "public" });
  const work = await lab.working("http-public");
  const url = lab.http("http-public");
  await lab.gitOk(work, ["push", url, "main"], lab.withToken());
  const clone = await lab.folder("http-public-clone");
  await lab.gitOk(clone, ["clone", "--quiet", url, "."]);
  await lab.gitOk(clone, ["commit", "--quiet", "--allow-empty", "-m", "second"]);
  expect((await lab.git(clone, ["push", url, "main"])).exitCode).not.toBe(0);
});

test("a wrong token is refused over HTTP even where none is needed", async () => {
  const answer = await fetch(`${lab.http("http-public")}/info/refs?service=git-upload-pack`, {
    headers: { authorization: `Basic ${Buffer.from("git:wrong").toString("base64")}` },
  });
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toMatch(/^Basic/);
});

test("over HTTP nothing is told of a repository that is not there, and no file beside the protocol is served", async () => {
  const get = (path: string): Promise<Response> => fetch(`${lab.host.url}${path}`);
  expect((await get("/acme/none.git/info/refs?service=git-upload-pack")).status).toBe(401);
  expect((await get("/acme/http-public.git/info/refs")).status).toBe(403);
  expect((await get("/acme/http-public.git/config")).status).toBe(404);
  expect((await get("/acme/..%2f..%2ftoken/info/refs?service=git-upload-pack")).status).toBe(401);
});

test("protocol version 2 is spoken over HTTP and SSH", async () => {
  const { env } = await deployKey("http-public", true);
  const trace = { GIT_TRACE_PACKET: "1" };
  const v2 = ["-c", "protocol.version=2"];
  const folder = await lab.folder("v2");
  expect((await lab.git(folder, [...v2, "ls-remote", lab.http("http-public")], trace)).stderr).toContain(
    "< version 2",
  );
  const ssh = await lab.git(folder, [...v2, "ls-remote", lab.ssh("http-public")], { ...trace, ...env });
  expect(ssh.stderr).toContain("< version 2");
});

test("the first push to an empty repository decides its default branch, a later one does not", async () => {
  await lab.repository("trunk");
  const work = await lab.working("trunk");
  expect(await defaultBranch("trunk")).toBe("main");
  await lab.gitOk(work, ["push", lab.http("trunk"), "main:develop"], lab.withToken());
  expect(await defaultBranch("trunk")).toBe("develop");
  await lab.gitOk(work, ["push", lab.http("trunk"), "main:main"], lab.withToken());
  expect(await defaultBranch("trunk")).toBe("develop");
  const head = await lab.gitOk(work, ["ls-remote", "--symref", lab.http("trunk"), "HEAD"], lab.withToken());
  expect(head).toContain("refs/heads/develop");
});

test("a deploy key that writes pushes over SSH, and one that reads only fetches", async () => {
  await lab.repository("ssh");
  const work = await lab.working("ssh");
  const [reader, writer] = [await deployKey("ssh", true), await deployKey("ssh", false)];
  const refused = await lab.git(work, ["push", lab.ssh("ssh"), "main"], reader.env);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain(
    "ERROR: The key you are authenticating with has been marked as read only.",
  );
  await lab.gitOk(work, ["push", lab.ssh("ssh"), "main"], writer.env);
  const clone = await lab.folder("ssh-clone");
  await lab.gitOk(clone, ["clone", "--quiet", lab.ssh("ssh"), "."], reader.env);
  expect(await readFile(join(clone, "README.md"), "utf8")).toBe("hello\n");
  expect(await defaultBranch("ssh")).toBe("main");
});

test("a deploy key opens its own repository and no other", async () => {
  await lab.repository("own");
  await lab.repository("other", { visibility: "public" });
  const { env } = await deployKey("own", false);
  const folder = await lab.folder("own");
  for (const name of ["other", "none"]) {
    const refused = await lab.git(folder, ["ls-remote", lab.ssh(name)], env);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain("ERROR: Repository not found.");
  }
});

test("a key that is unknown, or no longer known, is refused over SSH", async () => {
  await lab.repository("keys");
  const folder = await lab.folder("keys-client");
  const stranger = await lab.key("stranger");
  expect((await lab.git(folder, ["ls-remote", lab.ssh("keys")], stranger.env)).stderr).toContain(
    "Permission denied",
  );
  const known = await deployKey("keys", true);
  await lab.gitOk(folder, ["ls-remote", lab.ssh("keys")], known.env);
  const [{ id } = { id: 0 }] = (await lab.call("GET", "/repos/acme/keys/keys")).body as { id: number }[];
  await lab.call("DELETE", `/repos/acme/keys/keys/${id}`);
  expect((await lab.git(folder, ["ls-remote", lab.ssh("keys")], known.env)).stderr).toContain(
    "Permission denied",
  );
});

test("SSH gives no shell, no other command and no other user", async () => {
  await lab.repository("shell");
  const key = await deployKey("shell", false);
  const { port } = new URL(lab.host.sshUrl);
  const ssh = (user: string, ...command: string[]) =>
    run("ssh", [...lab.sshOptions(key.file), "-T", "-p", port, `${user}@127.0.0.1`, ...command], {
      PATH: process.env["PATH"] ?? "",
    });
  const shell = await ssh("git");
  expect([shell.exitCode, shell.stderr]).toEqual([
    1,
    expect.stringContaining("Hi acme/shell! You've successfully"),
  ]);
  const other = await ssh("git", "cat /etc/passwd");
  expect([other.exitCode, other.stdout]).toEqual([1, ""]);
  const injected = await ssh("git", "git-upload-pack 'acme/shell.git'; id");
  expect([injected.exitCode, injected.stdout]).toEqual([1, ""]);
  expect((await ssh("root", "git-upload-pack 'acme/shell.git'")).stderr).toContain("Permission denied");
});

test("a pack of many megabytes goes both ways over HTTP and SSH and stays what it was", async () => {
  await lab.repository("big");
  const content = randomBytes(24 * 1024 * 1024);
  const work = await lab.working("big", { "big.bin": content });
  const { env } = await deployKey("big", false);
  await lab.gitOk(work, ["push", lab.ssh("big"), "main:ssh"], env);
  await lab.gitOk(work, ["commit", "--quiet", "--amend", "--allow-empty", "-m", "again"]);
  await lab.repository("big-http");
  await lab.gitOk(work, ["push", lab.http("big-http"), "main:http"], lab.withToken());
  const [one, two] = [await lab.folder("big-ssh"), await lab.folder("big-http")];
  await lab.gitOk(one, ["clone", "--quiet", lab.ssh("big"), "."], env);
  await lab.gitOk(two, ["clone", "--quiet", lab.http("big-http"), "."], lab.withToken());
  for (const folder of [one, two]) expect(content.equals(await readFile(join(folder, "big.bin")))).toBe(true);
});

test("the default branch cannot be deleted by a push, and the client is told with an exit code", async () => {
  const { env } = await deployKey("trunk", false);
  const folder = await lab.folder("trunk");
  const refused = await lab.git(folder, ["push", lab.ssh("trunk"), ":develop"], env);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("refusing to delete")]);
  expect((await lab.git(folder, ["push", lab.ssh("trunk"), ":main"], env)).exitCode).toBe(0);
});

test("an archived repository is read and not pushed to", async () => {
  await lab.repository("archived");
  const work = await lab.working("archived");
  const { env } = await deployKey("archived", false);
  await lab.gitOk(work, ["push", lab.ssh("archived"), "main"], env);
  await lab.call("PATCH", "/repos/acme/archived", { archived: true });
  await lab.gitOk(work, ["fetch", lab.ssh("archived"), "main"], env);
  const ssh = await lab.git(work, ["push", lab.ssh("archived"), "main:more"], env);
  expect(ssh.stderr).toContain("archived so it is read-only");
  expect(
    (await lab.git(work, ["push", lab.http("archived"), "main:more"], lab.withToken())).exitCode,
  ).not.toBe(0);
});

test("a renamed repository is reached by both names, and a deleted one by none", async () => {
  await lab.repository("before");
  const work = await lab.working("before");
  const { env } = await deployKey("before", false);
  await lab.gitOk(work, ["push", lab.ssh("before"), "main"], env);
  await lab.call("PATCH", "/repos/acme/before", { name: "after" });
  for (const name of ["before", "after"]) {
    expect(await lab.gitOk(work, ["ls-remote", lab.ssh(name), "main"], env)).not.toBe("");
    expect(await lab.gitOk(work, ["ls-remote", lab.http(name), "main"], lab.withToken())).not.toBe("");
  }
  await lab.call("DELETE", "/repos/acme/after");
  expect((await lab.git(work, ["ls-remote", lab.ssh("after")], env)).stderr).toContain("Permission denied");
  await expect(stat(join(lab.directory, "host/repositories/acme/after.git"))).rejects.toThrow("ENOENT");
});

test("the host asks for nothing of the machine's git configuration", async () => {
  await lab.repository("clean");
  const config = await readFile(join(lab.directory, "host/repositories/acme/clean.git/config"), "utf8");
  expect(config).toContain("bare = true");
  expect(config).not.toContain("hooksPath");
});
