import { generateKeyPairSync } from "node:crypto";
import ssh2 from "ssh2";
import { describe, expect, test } from "vitest";
import { authorizedKey, opensshPrivateKey, type SshKey } from "../../lab/ssh-keys/openssh.ts";
import { generateEd25519Key } from "../../lab/ssh-keys/private-key.ts";

describe("an ed25519 key in OpenSSH's form", () => {
  test("is read back by another implementation", async () => {
    const key = await generateEd25519Key();
    expect(publicHalf(key.privateKeyOpenssh)).toBe(key.publicKeyOpenssh.trim());
  });

  test.each(["seed", "point"] as const)("keeps the leading zero of its %s", (half) => {
    const key = keyWithLeadingZero(half);
    expect(publicHalf(opensshPrivateKey(key))).toBe(authorizedKey(key).trim());
  });
});

function publicHalf(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`;
}

/** One key in 256 has it. */
function keyWithLeadingZero(half: "seed" | "point"): SshKey {
  for (;;) {
    const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
    const [seed, point] = [bytes(jwk.d), bytes(jwk.x)];
    if ((half === "seed" ? seed : point)[0] !== 0) continue;
    return {
      type: "ssh-ed25519",
      publicFields: [point],
      privateFields: [point, Buffer.concat([seed, point])],
    };
  }
}

function bytes(part: string | undefined): Buffer {
  return Buffer.from(part ?? "", "base64url");
}
