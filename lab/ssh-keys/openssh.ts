import { createHash, randomBytes } from "node:crypto";

/**
 * The OpenSSH formats of a key.
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 * @see https://datatracker.ietf.org/doc/html/rfc4253#section-6.6
 */

/** A key in the parts that OpenSSH's formats are made of. */
export interface SshKey {
  /** The algorithm's name, such as ssh-ed25519. */
  readonly type: string;
  /** The fields of the public key after its name. */
  readonly publicFields: readonly Buffer[];
  /** The fields of the private key after its name. */
  readonly privateFields: readonly Buffer[];
}

const MAGIC = Buffer.from("openssh-key-v1\0");
const BLOCK_BYTES = 8;
const LINE_LENGTH = 70;

/** A length-prefixed field. */
export function field(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number as SSH writes it: no leading zeros, but one where the first bit is set. */
export function mpint(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  const trimmed = bytes.subarray(start);
  return (trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), trimmed]) : Buffer.from(trimmed);
}

/** The public key as it goes over the wire. */
export function publicBlob(key: SshKey): Buffer {
  return Buffer.concat([field(key.type), ...key.publicFields.map(field)]);
}

/** The line of an authorized_keys file: no comment, a newline at its end. */
export function authorizedKey(key: SshKey): string {
  return `${key.type} ${publicBlob(key).toString("base64")}\n`;
}

/** The private key as `ssh-keygen` writes it, without a passphrase or comment. */
export function opensshPrivateKey(key: SshKey): string {
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, field(key.type), ...key.privateFields.map(field), field("")]);
  const padding = Buffer.from(
    Array.from(
      { length: (BLOCK_BYTES - (secret.length % BLOCK_BYTES)) % BLOCK_BYTES },
      (_, index) => index + 1,
    ),
  );
  const count = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    MAGIC,
    field("none"),
    field("none"),
    field(""),
    count,
    field(publicBlob(key)),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function sha256Fingerprint(key: SshKey): string {
  return `SHA256:${createHash("sha256").update(publicBlob(key)).digest("base64").replace(/=+$/, "")}`;
}

/** Sixteen hexadecimal pairs with colons, as `ssh-keygen -l -E md5` prints it without its prefix. */
export function md5Fingerprint(key: SshKey): string {
  const digest = createHash("md5").update(publicBlob(key)).digest("hex");
  return digest.match(/../g)?.join(":") ?? "";
}
