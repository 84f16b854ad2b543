/** Sealed boxes of libsodium: only the holder of the private key can open what anybody can seal. */
import sodium from "libsodium-wrappers";

/** A key pair of X25519, both keys in base64. */
export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Makes a new key pair. */
export async function newKeyPair(): Promise<KeyPair> {
  await sodium.ready;
  const pair = sodium.crypto_box_keypair();
  return { publicKey: base64(pair.publicKey), privateKey: base64(pair.privateKey) };
}

/**
 * Opens a box.
 *
 * @param box the sealed box in base64
 * @returns the content, or undefined when it is not sealed for this key pair
 */
export async function openSealedBox(box: string, keys: KeyPair): Promise<Buffer | undefined> {
  await sodium.ready;
  try {
    const [sealed, publicKey, privateKey] = [box, keys.publicKey, keys.privateKey].map(bytes);
    if (sealed === undefined || publicKey === undefined || privateKey === undefined) return undefined;
    return Buffer.from(sodium.crypto_box_seal_open(sealed, publicKey, privateKey));
  } catch {
    return undefined;
  }
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString("base64");
}

function bytes(value: string): Uint8Array {
  return new Uint8Array(Buffer.from(value, "base64"));
}
