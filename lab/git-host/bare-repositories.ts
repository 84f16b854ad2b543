/** The bare Git repositories on disk: `OWNER/NAME.git` in one folder. */
import { appendFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git-command.ts";
import type { Repository } from "./store.ts";

/** What a repository's place follows from. */
export type RepositoryName = Pick<Repository, "owner" | "name">;

/** File in the bare repository that says whose it is, so that a rename cut short can be finished. */
const identityFile = "repository-id";

/** What every bare repository's configuration has besides what `git init` writes. */
const bareConfiguration = `[http]
\treceivepack = true
[uploadpack]
\t# Partial clones and single commits can be fetched, as from the public hosts.
\tallowFilter = true
\tallowAnySHA1InWant = true
[receive]
\tfsckObjects = true
\tadvertisePushOptions = true
\t# No background process may outlive the host.
\tautogc = false
[gc]
\tauto = 0
`;

/** The folder of all bare repositories. */
export class BareRepositories {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Folder of one bare repository. */
  path({ owner, name }: RepositoryName): string {
    return join(this.directory, owner, `${name}.git`);
  }

  /** Makes an empty one. What lies in its place belongs to no repository: a change that was cut short left it. */
  async create(repository: Repository): Promise<void> {
    await this.remove(repository);
    await this.#initialise(repository);
  }

  /** Moves one to another name of the same owner; the store need not know yet. */
  async move(repository: Repository, name: string): Promise<void> {
    const to = { owner: repository.owner, name };
    // In a folder that does not tell upper from lower case, both are the same.
    if (name.toLowerCase() !== repository.name.toLowerCase()) await this.remove(to);
    await rename(this.path(repository), this.path(to));
  }

  async remove(repository: RepositoryName): Promise<void> {
    await rm(this.path(repository), { recursive: true, force: true });
  }

  /** Finishes moves that were cut short, and gives a repository whose folder is gone an empty one. */
  async repair(repositories: readonly Repository[]): Promise<void> {
    for (const repository of repositories) {
      if ((await identity(this.path(repository))) === repository.id) continue;
      const strayed = await this.#folderOf(repository);
      if (strayed !== undefined) await rename(strayed, this.path(repository));
      // Somebody put a repository here; it is theirs to answer for, and not to be thrown away.
      else if (await isRepository(this.path(repository))) await this.#identify(repository);
      else await this.create(repository);
    }
  }

  async #initialise(repository: Repository): Promise<void> {
    const path = this.path(repository);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await git(path, [
      "init",
      "--bare",
      "--quiet",
      "--template=",
      `--initial-branch=${repository.defaultBranch}`,
      ".",
    ]);
    await appendFile(join(path, "config"), bareConfiguration);
    await this.#identify(repository);
  }

  async #identify(repository: Repository): Promise<void> {
    await writeFile(join(this.path(repository), identityFile), `${repository.id}\n`);
  }

  async #folderOf(repository: Repository): Promise<string | undefined> {
    const owner = join(this.directory, repository.owner);
    for (const entry of await readdir(owner).catch(() => [])) {
      if ((await identity(join(owner, entry))) === repository.id) return join(owner, entry);
    }
    return undefined;
  }
}

async function isRepository(path: string): Promise<boolean> {
  return readFile(join(path, "HEAD")).then(
    () => true,
    () => false,
  );
}

async function identity(path: string): Promise<number | undefined> {
  const text = await readFile(join(path, identityFile), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}
