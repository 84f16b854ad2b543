/** The repositories of the host: what the store says of them, and the bare Git repositories on disk. */
import { EventEmitter } from "node:events";
import { BareRepositories, type RepositoryName } from "./bare-repositories.ts";
import { type Ref, type RefChange, listRefs, noObject, refChanges, setHead } from "./git-refs.ts";
import { Problem } from "./problem.ts";
import { type Repository, type Store, type Visibility, timestamp } from "./store.ts";

/** What a new repository is told. */
export interface NewRepository {
  readonly owner: string;
  readonly name: string;
  readonly description?: string | null;
  readonly homepage?: string | null;
  readonly visibility: Visibility;
  readonly settings?: Repository["settings"];
  /** @default "main" */
  readonly defaultBranch?: string;
}

/**
 * Emits a repository and its changed refs after every change of refs from outside: `refs` before the store is saved,
 * for those who keep something about them, and `push` when everything is kept.
 */
export class Repositories extends EventEmitter<
  Record<"refs" | "push", [repository: Repository, changes: readonly RefChange[]]>
> {
  readonly #store: Store;
  readonly #folders: BareRepositories;
  /** Names being created or taken by a rename, so that no second request takes them. */
  readonly #reserved = new Set<string>();
  /** Refs as last reported, by repository. */
  readonly #knownRefs = new Map<number, readonly Ref[]>();
  #settling: Promise<unknown> = Promise.resolve();

  private constructor(store: Store, folders: BareRepositories) {
    super();
    this.#store = store;
    this.#folders = folders;
  }

  /**
   * The repositories of a store, with what an earlier process left half done put right.
   *
   * @param directory where the bare repositories are, as `OWNER/NAME.git`
   */
  static async open(store: Store, directory: string): Promise<Repositories> {
    const folders = new BareRepositories(directory);
    await folders.repair(store.state.repositories);
    return new Repositories(store, folders);
  }

  /** Folder of all bare repositories. */
  get directory(): string {
    return this.#folders.directory;
  }

  /** Folder of the bare repository. */
  path(repository: RepositoryName): string {
    return this.#folders.path(repository);
  }

  /** All repositories of an account, or of the host, by name. */
  list(owner?: string): Repository[] {
    return this.#store.state.repositories
      .filter((repository) => owner === undefined || same(repository.owner, owner))
      .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  }

  byId(id: number): Repository | undefined {
    return this.#store.state.repositories.find((repository) => repository.id === id);
  }

  /** The repository that has this name now; upper and lower case are the same. */
  named(owner: string, name: string): Repository | undefined {
    return this.#store.state.repositories.find((it) => same(it.owner, owner) && same(it.name, name));
  }

  /** As `named`, or else the one that once had the name. */
  find(owner: string, name: string): Repository | undefined {
    return (
      this.named(owner, name) ??
      this.list(owner).find((it) => it.formerNames.some((former) => same(former, name)))
    );
  }

  /**
   * Makes an empty repository; its default branch is the one given until a first push says otherwise.
   *
   * @throws {Problem} `taken` when the account has one of that name, `invalid` when the name cannot be one
   */
  async create(wanted: NewRepository): Promise<Repository> {
    checkName(wanted.name);
    return this.#reserving(wanted.owner, wanted.name, async () => {
      const now = timestamp();
      const repository: Repository = {
        id: this.#store.newId(),
        owner: wanted.owner,
        name: wanted.name,
        formerNames: [],
        description: wanted.description ?? null,
        homepage: wanted.homepage ?? null,
        visibility: wanted.visibility,
        archived: false,
        defaultBranch: wanted.defaultBranch ?? "main",
        topics: [],
        settings: wanted.settings ?? {},
        variables: [],
        secrets: [],
        secretKeys: undefined,
        webhooks: [],
        statuses: [],
        createdAt: now,
        updatedAt: now,
        pushedAt: now,
      };
      await this.#folders.create(repository);
      this.#store.state.repositories.push(repository);
      await this.#store.save();
      return repository;
    });
  }

  /**
   * Gives a repository another name; the old one goes on leading to it.
   *
   * @throws {Problem} as `create`
   */
  async rename(repository: Repository, name: string): Promise<void> {
    if (name === repository.name) return;
    checkName(name);
    const move = async (): Promise<void> => {
      await this.#folders.move(repository, name);
      repository.formerNames = [
        ...repository.formerNames.filter((former) => !same(former, name)),
        ...(same(repository.name, name) ? [] : [repository.name]),
      ];
      repository.name = name;
      await this.#store.save();
    };
    if (same(name, repository.name)) await move();
    else await this.#reserving(repository.owner, name, move);
  }

  /** Deletes a repository with everything that belongs to it, its deploy keys included. */
  async remove(repository: Repository): Promise<void> {
    const { state } = this.#store;
    state.repositories = state.repositories.filter((it) => it !== repository);
    state.deployKeys = state.deployKeys.filter((key) => key.repositoryId !== repository.id);
    this.#knownRefs.delete(repository.id);
    await this.#store.save();
    await this.#folders.remove(repository);
  }

  /** Points the repository at another default branch; whether it may is the caller's to know. */
  async setDefaultBranch(repository: Repository, branch: string): Promise<void> {
    await setHead(this.path(repository), branch);
    repository.defaultBranch = branch;
    await this.#store.save();
  }

  /** Notes the refs as they are, before something may change them. */
  async observe(repository: Repository): Promise<void> {
    if (this.#knownRefs.has(repository.id)) return;
    const refs = await listRefs(this.path(repository));
    if (!this.#knownRefs.has(repository.id)) this.#knownRefs.set(repository.id, refs);
  }

  /**
   * Takes note of what changed since `observe`: the time of the push, and, where the default branch does not
   * exist, the pushed branch in its place, as GitHub and GitLab do with the first push.
   */
  async settle(repository: Repository): Promise<void> {
    const settled = this.#settling.then(() => this.#settle(repository));
    this.#settling = settled.catch(() => undefined);
    await settled;
  }

  async #settle(repository: Repository): Promise<void> {
    if (this.byId(repository.id) === undefined) return;
    const refs = await listRefs(this.path(repository));
    const changes = refChanges(this.#knownRefs.get(repository.id) ?? [], refs);
    this.#knownRefs.set(repository.id, refs);
    if (changes.length === 0) return;
    if (!refs.some((ref) => ref.name === `refs/heads/${repository.defaultBranch}`)) {
      const pushed = changes
        .filter((change) => change.after !== noObject && change.name.startsWith("refs/heads/"))
        .map((change) => change.name.slice("refs/heads/".length));
      const branch = ["main", "master"].find((name) => pushed.includes(name)) ?? pushed[0];
      if (branch !== undefined) await this.setDefaultBranch(repository, branch);
    }
    repository.pushedAt = timestamp();
    repository.updatedAt = repository.pushedAt;
    this.emit("refs", repository, changes);
    await this.#store.save();
    this.emit("push", repository, changes);
  }

  async #reserving<T>(owner: string, name: string, action: () => Promise<T>): Promise<T> {
    const reservation = `${owner}/${name}`.toLowerCase();
    if (this.named(owner, name) !== undefined || this.#reserved.has(reservation)) {
      throw new Problem("taken", `${owner} has a repository named ${name}`);
    }
    this.#reserved.add(reservation);
    try {
      return await action();
    } finally {
      this.#reserved.delete(reservation);
    }
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** GitHub turns other characters into dashes; here they are refused, so that nothing gets a name it did not ask for. */
function checkName(name: string): void {
  const possible =
    /^[A-Za-z0-9._-]{1,100}$/.test(name) && !/^\.{1,2}$/.test(name) && !/\.(git|wiki)$/i.test(name);
  if (!possible) {
    throw new Problem(
      "invalid",
      'name can only contain letters, digits, ".", "-" and "_", at most 100 of them, and cannot end in ".git" or ".wiki"',
    );
  }
}
