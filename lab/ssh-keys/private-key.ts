import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import {
  authorizedKey,
  md5Fingerprint,
  mpint,
  opensshPrivateKey,
  sha256Fingerprint,
  type SshKey,
} from "./openssh.ts";

/** What a `PrivateKey` is asked to be; the defaults are the official provider's. */
export interface KeySpec {
  readonly algorithm: "ED25519" | "RSA" | "ECDSA";
  /** @default 2048 */
  readonly rsaBits: number;
  /** @default "P224" */
  readonly ecdsaCurve: string;
}

/** The outputs of a `PrivateKey`, under their official names. */
export interface KeyOutputs {
  readonly privateKeyPem: string;
  readonly privateKeyPemPkcs8: string;
  readonly privateKeyOpenssh: string;
  readonly publicKeyPem: string;
  readonly publicKeyOpenssh: string;
  readonly publicKeyFingerprintMd5: string;
  readonly publicKeyFingerprintSha256: string;
}

const CURVES = new Map([
  ["P224", "secp224r1"],
  ["P256", "prime256v1"],
  ["P384", "secp384r1"],
  ["P521", "secp521r1"],
]);

/** Names of the curves, for messages. */
export const CURVE_NAMES = [...CURVES.keys()];

/** SSH's names of the curves that it knows: not P224. */
const SSH_CURVES = new Map([
  ["P256", "nistp256"],
  ["P384", "nistp384"],
  ["P521", "nistp521"],
]);

const generate = promisify(generateKeyPair) as unknown as (
  type: string,
  options: object,
) => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>;

/** Makes a new key. @returns its outputs, and its id: the SHA-1 of its public key */
export async function generateKey(spec: KeySpec): Promise<{ id: string; outputs: KeyOutputs }> {
  const { publicKey, privateKey } = await keyPair(spec);
  const spki = publicKey.export({ type: "spki", format: "der" });
  const ssh = sshKey(spec, privateKey);
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return {
    id: createHash("sha1").update(spki).digest("hex"),
    outputs: {
      privateKeyPem: traditionalPem(spec, privateKey) ?? pkcs8,
      privateKeyPemPkcs8: pkcs8,
      privateKeyOpenssh: ssh ? opensshPrivateKey(ssh) : "",
      publicKeyPem: publicKey.export({ type: "spki", format: "pem" }) as string,
      publicKeyOpenssh: ssh ? authorizedKey(ssh) : "",
      publicKeyFingerprintMd5: ssh ? md5Fingerprint(ssh) : "",
      publicKeyFingerprintSha256: ssh ? sha256Fingerprint(ssh) : "",
    },
  };
}

/** Makes the kind of key that Slipway's deploy keys and the Git host's own are. */
export async function generateEd25519Key(): Promise<KeyOutputs> {
  return (await generateKey({ algorithm: "ED25519", rsaBits: 2048, ecdsaCurve: "P224" })).outputs;
}

function keyPair(spec: KeySpec): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (spec.algorithm) {
    case "ED25519":
      return generate("ed25519", {});
    case "RSA":
      return generate("rsa", { modulusLength: spec.rsaBits });
    case "ECDSA":
      return generate("ec", { namedCurve: CURVES.get(spec.ecdsaCurve) });
  }
}

/** PKCS #1 or SEC 1; an ed25519 key has only PKCS #8. */
function traditionalPem(spec: KeySpec, key: KeyObject): string | undefined {
  if (spec.algorithm === "ED25519") return undefined;
  return key.export({ type: spec.algorithm === "RSA" ? "pkcs1" : "sec1", format: "pem" }) as string;
}

/** The key in SSH's parts; undefined for a curve that SSH does not know. */
function sshKey(spec: KeySpec, key: KeyObject): SshKey | undefined {
  const jwk = key.export({ format: "jwk" });
  const part = (name: keyof typeof jwk): Buffer => Buffer.from(String(jwk[name]), "base64url");
  if (spec.algorithm === "ED25519") {
    const [seed, point] = [part("d"), part("x")];
    return {
      type: "ssh-ed25519",
      publicFields: [point],
      privateFields: [point, Buffer.concat([seed, point])],
    };
  }
  if (spec.algorithm === "RSA") {
    const [n, e, d, iqmp, p, q] = (["n", "e", "d", "qi", "p", "q"] as const).map((name) =>
      mpint(part(name)),
    ) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
    return { type: "ssh-rsa", publicFields: [e, n], privateFields: [n, e, d, iqmp, p, q] };
  }
  const curve = SSH_CURVES.get(spec.ecdsaCurve);
  if (curve === undefined) return undefined;
  const point = Buffer.concat([Buffer.from([4]), part("x"), part("y")]);
  const publicFields = [Buffer.from(curve), point];
  return { type: `ecdsa-sha2-${curve}`, publicFields, privateFields: [...publicFields, mpint(part("d"))] };
}
