import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AccessLog } from "../../lab/git-host/access-log.ts";
import { AccessToken, newToken } from "../../lab/git-host/access-token.ts";
import { readCgiHead } from "../../lab/git-host/cgi.ts";
import { parseGitUrl } from "../../lab/git-host/git-http.ts";
import { noObject, refChanges } from "../../lab/git-host/git-refs.ts";
import { parseGitCommand } from "../../lab/git-host/git-ssh-command.ts";
import { matchesTag } from "../../lab/git-host/entity-tag.ts";
import { newKeyPair, openSealedBox } from "../../lab/git-host/sealed-box.ts";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("the access token", () => {
  const token = new AccessToken("ghp_right");

  test.each([
    [undefined, "anonymous"],
    ["", "anonymous"],
    ["token ghp_right", "administrator"],
    ["Bearer ghp_right", "administrator"],
    ["bearer ghp_right", "administrator"],
    [basic("anyone:ghp_right"), "administrator"],
    [basic("x-access-token:ghp_right"), "administrator"],
    [basic("ghp_right:x-oauth-basic"), "administrator"],
    [basic("ghp_right:"), "administrator"],
    ["token ghp_wrong", "refused"],
    ["token", "refused"],
    ["token ghp_right extra", "refused"],
    [basic("ghp_right:wrong"), "refused"],
    ["Digest ghp_right", "refused"],
  ])("judges %j as %s", (header, identity) => {
    expect(token.identify(header)).toBe(identity);
  });

  test("is new every time and looks like GitHub's", () => {
    const tokens = Array.from({ length: 50 }, newToken);
    for (const made of tokens) expect(made).toMatch(/^ghp_[A-Za-z0-9]{36}$/);
    expect(new Set(tokens).size).toBe(50);
  });
});

describe("a command over SSH", () => {
  const upload = { service: "git-upload-pack", owner: "acme", name: "app" };

  test.each([
    ["git-upload-pack '/acme/app.git'", upload],
    ["git-upload-pack 'acme/app.git'", upload],
    ["git upload-pack 'acme/app'", upload],
    ["git-upload-pack /acme/app.git", upload],
    ["git-receive-pack '/acme/app.git'", { ...upload, service: "git-receive-pack" }],
    ["git-upload-pack '/acme/platform/app.git'", { ...upload, owner: "acme/platform" }],
    ["git-upload-pack '/acme/../token'", { ...upload, owner: "-", name: "-" }],
    ["git-upload-archive '/acme/app.git'", undefined],
    ["git-upload-pack '/acme/app.git'; id", undefined],
    ["git-upload-pack", undefined],
    ["scp -f /etc/passwd", undefined],
    ["", undefined],
  ])("%j is read as it is meant", (text, command) => {
    expect(parseGitCommand(text)).toEqual(command);
  });
});

describe("a URL over HTTP", () => {
  test.each([
    ["/acme/app.git/info/refs?service=git-upload-pack", { file: "info/refs", service: "git-upload-pack" }],
    ["/acme/app/info/refs?service=git-receive-pack", { file: "info/refs", service: "git-receive-pack" }],
    ["/acme/app.git/git-receive-pack", { file: "git-receive-pack", service: "git-receive-pack" }],
    ["/acme/app.git/info/refs?service=git-evil", { file: "info/refs", service: undefined }],
  ])("%s is a Git client's", (url, rest) => {
    expect(parseGitUrl(url)).toEqual({ owner: "acme", name: "app", ...rest });
  });

  test.each(["/", "/api/v3/repos/acme/app", "/acme/app.git/HEAD", "/acme/app.git/objects/info/packs"])(
    "%s is not",
    (url) => {
      expect(parseGitUrl(url)).toBeUndefined();
    },
  );
});

describe("the head of a CGI answer", () => {
  test("is read however it is cut into pieces, and the body stays whole", async () => {
    const answer = Buffer.from("Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\nbody\r\n\r\nmore");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: answer.length })), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), answer.length];
        const pieces = edges.slice(1).map((end, index) => answer.subarray(edges[index], end));
        const stream = Readable.from(
          pieces.filter((piece) => piece.length > 0),
          { objectMode: false },
        );
        expect(await readCgiHead(stream)).toEqual({ status: 404, headers: { "Content-Type": "text/plain" } });
        const rest: Buffer[] = [];
        for await (const chunk of stream as AsyncIterable<Buffer>) rest.push(chunk);
        expect(Buffer.concat(rest).toString()).toBe("body\r\n\r\nmore");
      }),
    );
  });

  test("is missing when the program ends too soon", async () => {
    await expect(
      readCgiHead(Readable.from([Buffer.from("Status: 2")], { objectMode: false })),
    ).rejects.toThrow("ended before it had answered");
  });
});

test("changed refs are those that were made, moved or deleted", () => {
  const ref = (name: string, sha: string) => ({ name, sha, type: "commit" });
  const changes = refChanges(
    [ref("a", "1"), ref("b", "1"), ref("c", "1")],
    [ref("b", "1"), ref("c", "2"), ref("d", "3")],
  );
  expect(changes).toEqual([
    { name: "a", before: "1", after: noObject },
    { name: "c", before: "1", after: "2" },
    { name: "d", before: noObject, after: "3" },
  ]);
});

test("a sealed box opens with its own key pair only", async () => {
  const keys = await newKeyPair();
  const other = await newKeyPair();
  const { default: sodium } = await import("libsodium-wrappers");
  const sealed = sodium.crypto_box_seal("content", new Uint8Array(Buffer.from(keys.publicKey, "base64")));
  const box = Buffer.from(sealed).toString("base64");
  expect((await openSealedBox(box, keys))?.toString()).toBe("content");
  expect(await openSealedBox(box, other)).toBeUndefined();
  expect(await openSealedBox("", keys)).toBeUndefined();
  expect(await openSealedBox(Buffer.from("content").toString("base64"), keys)).toBeUndefined();
});

test("the access log writes one line for a request, and never a secret", () => {
  const lines: string[] = [];
  const log = new AccessLog((line) => lines.push(line), ["ghp_secret"]);
  log.note("http", "GET", "/a/ghp_secret/b\r\nforged", 200);
  expect(lines).toEqual([expect.stringMatching(/^\S+Z http GET \/a\/\*\*\*\/b\?\?forged 200$/)]);
});

test("an entity tag matches weakly, among others, and not another", () => {
  expect(matchesTag('"a"', 'W/"a"')).toBe(true);
  expect(matchesTag('W/"b", W/"a"', 'W/"a"')).toBe(true);
  expect(matchesTag('W/"b"', 'W/"a"')).toBe(false);
  expect(matchesTag(undefined, 'W/"a"')).toBe(false);
});
