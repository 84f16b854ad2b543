/** The offline TLS provider's keys, as OpenSSH and OpenSSL read them. */
import { execFile } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { isSecret, plain, UNKNOWN, type PropertyMap } from "../../lab/providers/values.ts";
import { ProviderClient } from "./provider-client.ts";

const TYPE = "tls:index/privateKey:PrivateKey";
const run = promisify(execFile);
let provider: ProviderClient;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-keys-"));
  return () => rm(folder, { recursive: true });
});

beforeAll(async () => {
  provider = await ProviderClient.start("tls");
  return () => provider.end();
});

describe.each<PropertyMap>([
  { algorithm: "ED25519" },
  { algorithm: "RSA", rsaBits: 2048 },
  { algorithm: "ECDSA", ecdsaCurve: "P256" },
])("a key of %o", (inputs) => {
  it("is read by ssh-keygen, which derives the same public key and fingerprints", async () => {
    const { id, properties } = await provider.create(TYPE, inputs);
    const key = plain(properties) as Record<string, string>;
    const file = join(folder, id);
    await writeFile(file, key["privateKeyOpenssh"] ?? "", { mode: 0o600 });
    expect((await run("ssh-keygen", ["-y", "-f", file])).stdout.trim()).toBe(key["publicKeyOpenssh"]?.trim());
    const listed = (await run("ssh-keygen", ["-l", "-E", "sha256", "-f", file])).stdout;
    expect(listed).toContain(` ${key["publicKeyFingerprintSha256"] ?? "?"} `);
    const md5 = (await run("ssh-keygen", ["-l", "-E", "md5", "-f", file])).stdout;
    expect(md5).toContain(` MD5:${key["publicKeyFingerprintMd5"] ?? "?"} `);
  });

  it("is the same key in every form", async () => {
    const { id, properties } = await provider.create(TYPE, inputs);
    const key = plain(properties) as Record<string, string>;
    const der = createPublicKey(key["publicKeyPem"] ?? "").export({ type: "spki", format: "der" });
    for (const form of ["privateKeyPem", "privateKeyPemPkcs8"]) {
      const derived = createPublicKey(createPrivateKey(key[form] ?? "")).export({
        type: "spki",
        format: "der",
      });
      expect(derived.equals(der)).toBe(true);
    }
    expect(id).toBe(createHash("sha1").update(der).digest("hex"));
    expect(key["publicKeyOpenssh"]).toMatch(/^\S+ \S+\n$/);
  });
});

it("keeps the private forms secret, and promises all of them in a preview", async () => {
  const inputs = { algorithm: "ED25519" };
  const { properties } = await provider.create(TYPE, inputs);
  const secrets = Object.keys(properties).filter((name) => isSecret(properties[name] ?? null));
  expect(secrets.toSorted()).toEqual(["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]);
  const planned = await provider.create(TYPE, inputs, { preview: true });
  expect(planned.id).toBe("");
  expect(plain(planned.properties)).toMatchObject({ publicKeyOpenssh: UNKNOWN, privateKeyOpenssh: UNKNOWN });
});

it("refuses what it does not handle, by name", async () => {
  await expect(provider.check("tls:index/selfSignedCert:SelfSignedCert", {})).rejects.toThrow(
    "SelfSignedCert",
  );
  await expect(provider.check(TYPE, { algorithm: "DSA" })).rejects.toThrow(
    "write one of ED25519, RSA, ECDSA",
  );
  await expect(provider.check(TYPE, { algorithm: "RSA", size: 1 })).rejects.toThrow("size");
});
