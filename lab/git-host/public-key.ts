import { createPublicKey } from "node:crypto";
import ssh2 from "ssh2";
import { Problem } from "./problem.ts";

/** Key types that are taken; DSA is refused, as GitHub does. */
const keyPattern =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]+={0,2})(?:[ \t]+([^\r\n]*))?$/;

/** Fewest bits of an RSA key. */
const rsaBits = 2048;

/** A public key in OpenSSH's form. */
export interface PublicKey {
  /** Type and base64 blob, without the comment: what makes two keys the same. */
  readonly key: string;
  readonly comment: string;
}

/**
 * Reads one line of an OpenSSH public key file.
 *
 * @throws {Problem} `invalid` when it is none, or one that is too weak
 */
export function parsePublicKey(line: string): PublicKey {
  const [, type = "", blob = "", comment = ""] = keyPattern.exec(line.trim()) ?? [];
  const key = `${type} ${blob}`;
  if (type === "" || !isStrong(key, type)) {
    throw new Problem("invalid", "key is invalid. You must supply a key in OpenSSH public key format");
  }
  return { key, comment: comment.trim() };
}

function isStrong(key: string, type: string): boolean {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error || parsed.isPrivateKey() || parsed.type !== type) return false;
  try {
    const { asymmetricKeyDetails } = createPublicKey(parsed.getPublicPEM());
    return type !== "ssh-rsa" || (asymmetricKeyDetails?.modulusLength ?? 0) >= rsaBits;
  } catch {
    return false;
  }
}
