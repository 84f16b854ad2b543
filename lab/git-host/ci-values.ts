/** Variables and secrets of CI: of a repository, of its environments, or of an organisation. */
import { randomInt } from "node:crypto";
import { Problem } from "./problem.ts";
import { newKeyPair, openSealedBox } from "./sealed-box.ts";
import { type CiHolder, type CiValue, type Store, timestamp } from "./store.ts";

/** Largest value of a variable or secret, in bytes: https://docs.github.com/actions/reference/limits */
export const largestValue = 48 * 1024;

/** What is kept of variables and secrets. */
export class CiValues {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Sets a variable or secret, new or not.
   *
   * @returns whether it is new
   */
  async set(holder: CiHolder, kind: "variables" | "secrets", name: string, value: string): Promise<boolean> {
    const key = name.toUpperCase();
    const now = timestamp();
    const known = findCiValue(holder[kind], key);
    if (known === undefined) holder[kind].push({ name: key, value, createdAt: now, updatedAt: now });
    else Object.assign(known, { value, updatedAt: now });
    await this.#store.save();
    return known === undefined;
  }

  async remove(holder: CiHolder, kind: "variables" | "secrets", value: CiValue): Promise<void> {
    holder[kind] = holder[kind].filter((other) => other !== value);
    await this.#store.save();
  }

  /** The key that secrets of this holder have to be sealed for. */
  async sealingKey(holder: CiHolder): Promise<{ id: string; publicKey: string }> {
    if (holder.secretKeys === undefined) {
      const pair = await newKeyPair();
      // Another request may have made one meanwhile: the first stays.
      holder.secretKeys ??= {
        id: `${randomInt(1, 10)}${randomInt(10 ** 8, 10 ** 9)}${randomInt(10 ** 8, 10 ** 9)}`,
        ...pair,
      };
      await this.#store.save();
    }
    return holder.secretKeys;
  }

  /**
   * Keeps a secret as the sealed box that came.
   *
   * @param keyId the `id` of the `sealingKey` that it was sealed for
   * @returns whether it is new
   * @throws {Problem} `invalid` when it was not sealed for that key, or is too large
   */
  async setSealed(holder: CiHolder, name: string, box: string, keyId: string): Promise<boolean> {
    const keys = holder.secretKeys;
    const content = keys?.id === keyId ? await openSealedBox(box, keys) : undefined;
    if (content === undefined) throw new Problem("invalid", "Improperly encrypted secret");
    if (content.length > largestValue)
      throw new Problem("invalid", "Secret value is too large (48 KB at most)");
    return this.set(holder, "secrets", name, box);
  }

  /** A secret in the clear, for a CI runner of the lab; never for an API. */
  async reveal(holder: CiHolder, name: string): Promise<string | undefined> {
    const secret = findCiValue(holder.secrets, name);
    if (secret === undefined || holder.secretKeys === undefined) return undefined;
    return (await openSealedBox(secret.value, holder.secretKeys))?.toString("utf8");
  }
}

/** The value of this name, in whatever case it is written. */
export function findCiValue(values: readonly CiValue[], name: string): CiValue | undefined {
  return values.find((value) => value.name === name.toUpperCase());
}
