import { Problem } from "./problem.ts";
import { parsePublicKey } from "./public-key.ts";
import { type DeployKey, type Repository, type Store, timestamp } from "./store.ts";

/** SSH keys, each of which opens one repository. */
export class DeployKeys {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The keys of a repository, the oldest first. */
  list(repository: Repository): DeployKey[] {
    return this.#store.state.deployKeys.filter((key) => key.repositoryId === repository.id);
  }

  find(repository: Repository, id: number): DeployKey | undefined {
    return this.list(repository).find((key) => key.id === id);
  }

  /**
   * The key that somebody presents.
   *
   * @param type its type, such as `ssh-ed25519`
   * @param blob the key as SSH sends it
   */
  presented(type: string, blob: Buffer): DeployKey | undefined {
    const wanted = `${type} ${blob.toString("base64")}`;
    return this.#store.state.deployKeys.find((key) => key.key === wanted);
  }

  /**
   * Adds a key.
   *
   * @param title unless given, the comment of the key
   * @throws {Problem} `invalid` when it is no public key, `taken` when it is in use anywhere on the host
   */
  async add(
    repository: Repository,
    line: string,
    title: string | undefined,
    readOnly: boolean,
  ): Promise<DeployKey> {
    const { key, comment } = parsePublicKey(line);
    if (this.#store.state.deployKeys.some((other) => other.key === key)) {
      throw new Problem("taken", "key is already in use");
    }
    const added: DeployKey = {
      id: this.#store.newId(),
      repositoryId: repository.id,
      title: title ?? comment,
      key,
      readOnly,
      createdAt: timestamp(),
      lastUsed: null,
    };
    this.#store.state.deployKeys.push(added);
    await this.#store.save();
    return added;
  }

  /** Takes a key away: the next connection with it is refused. */
  async remove(key: DeployKey): Promise<void> {
    this.#store.state.deployKeys = this.#store.state.deployKeys.filter((other) => other !== key);
    await this.#store.save();
  }

  /** Notes that the key was used now; kept with the next save, for the note is not worth one of its own. */
  used(key: DeployKey): void {
    key.lastUsed = timestamp();
  }
}
