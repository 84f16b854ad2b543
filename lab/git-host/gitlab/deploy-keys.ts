import { createHash } from "node:crypto";
import { Problem } from "../problem.ts";
import { parsePublicKey } from "../public-key.ts";
import type { Store } from "../store.ts";
import { invalid } from "./gitlab-error.ts";
import type { GitLabDeployKey, GitLabState, Project } from "./state.ts";
import { now } from "./time.ts";

/** What a new deploy key is told. */
export interface NewDeployKey {
  /** A line of an OpenSSH public key file. */
  readonly line: string;
  readonly title: string;
  readonly canPush: boolean;
  readonly expiresAt: string | null;
  readonly userId: number;
}

/** Deploy keys. One key may open several projects, each of which says whether it may push there. */
export class DeployKeys {
  readonly #store: Store;
  readonly #state: GitLabState;

  constructor(store: Store, state: GitLabState) {
    this.#store = store;
    this.#state = state;
  }

  /** All keys of the host, the oldest first. */
  all(): readonly GitLabDeployKey[] {
    return this.#state.deployKeys;
  }

  /** The keys that open a project. */
  of(project: Project): GitLabDeployKey[] {
    return this.#state.deployKeys.filter((key) => canPush(key, project) !== undefined);
  }

  byId(id: number): GitLabDeployKey | undefined {
    return this.#state.deployKeys.find((key) => key.id === id);
  }

  /**
   * The key that somebody presents.
   *
   * @param type its type, such as `ssh-ed25519`
   * @param blob the key as SSH sends it
   */
  presented(type: string, blob: Buffer): GitLabDeployKey | undefined {
    const wanted = `${type} ${blob.toString("base64")}`;
    return this.#state.deployKeys.find((key) => key.key === wanted);
  }

  /**
   * Lets a key open a project. One that does already is left as it is; one that opens another project is the same key,
   * with the title that it has; only one that is new to the host is made.
   *
   * @throws GitLabError 400 when it is no public key, or the host has it with another comment
   */
  async add(project: Project, wanted: NewDeployKey): Promise<GitLabDeployKey> {
    const line = wanted.line.trim();
    const known = this.#state.deployKeys.find((key) => key.line === line);
    const key = known ?? this.#make(line, wanted);
    if (canPush(key, project) !== undefined) return key;
    key.projects.push({ projectId: project.id, canPush: wanted.canPush });
    await this.#store.save();
    return key;
  }

  /** Lets a key of another project open this one, too, for reading. */
  async enable(project: Project, key: GitLabDeployKey): Promise<void> {
    if (canPush(key, project) !== undefined) return;
    key.projects.push({ projectId: project.id, canPush: false });
    await this.#store.save();
  }

  /** Changes a key's title everywhere, or what it may do in this project. */
  async change(
    project: Project,
    key: GitLabDeployKey,
    wanted: { readonly title?: string | undefined; readonly can_push?: boolean | undefined },
  ): Promise<void> {
    if (wanted.title !== undefined) key.title = wanted.title;
    for (const opened of key.projects)
      if (opened.projectId === project.id && wanted.can_push !== undefined) opened.canPush = wanted.can_push;
    await this.#store.save();
  }

  /** Takes a key away from a project: the next connection with it is refused. One that opens no other is gone. */
  async remove(project: Project, key: GitLabDeployKey): Promise<void> {
    key.projects = key.projects.filter(({ projectId }) => projectId !== project.id);
    if (key.projects.length === 0)
      this.#state.deployKeys = this.#state.deployKeys.filter((other) => other !== key);
    for (const branch of project.protectedBranches)
      branch.push = branch.push.filter(({ deployKeyId }) => deployKeyId !== key.id);
    await this.#store.save();
  }

  #make(line: string, wanted: NewDeployKey): GitLabDeployKey {
    const { key } = readKey(line);
    if (this.#state.deployKeys.some((other) => other.key === key))
      throw invalid({ "deploy_key.fingerprint_sha256": ["has already been taken"] });
    if (wanted.expiresAt !== null && Date.parse(wanted.expiresAt) <= Date.now())
      throw invalid({ "deploy_key.key": ["has expired"] });
    const made: GitLabDeployKey = {
      id: this.#store.newId(),
      title: wanted.title,
      line,
      key,
      userId: wanted.userId,
      createdAt: now(),
      expiresAt: wanted.expiresAt,
      lastUsedAt: null,
      projects: [],
    };
    this.#state.deployKeys.push(made);
    return made;
  }
}

/** Whether a key may push to a project; undefined when it does not open it at all. */
export function canPush(key: GitLabDeployKey, project: Pick<Project, "id">): boolean | undefined {
  return key.projects.find(({ projectId }) => projectId === project.id)?.canPush;
}

/** Fingerprints of a key: MD5 in pairs with colons, and SHA-256 as OpenSSH writes it. */
export function fingerprints(key: string): { fingerprint: string; fingerprint_sha256: string } {
  const blob = Buffer.from(key.split(" ")[1] ?? "", "base64");
  const md5 = createHash("md5").update(blob).digest("hex");
  const sha256 = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return { fingerprint: md5.replaceAll(/..(?=.)/g, "$&:"), fingerprint_sha256: `SHA256:${sha256}` };
}

function readKey(line: string): { key: string } {
  try {
    return parsePublicKey(line);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw invalid({
      "deploy_key.key": ["is invalid"],
      "deploy_key.fingerprint_sha256": ["cannot be generated"],
    });
  }
}
