import type { Repositories } from "../repositories.ts";
import { type Store, type Visibility } from "../store.ts";
import { invalid } from "./gitlab-error.ts";
import { now } from "./time.ts";
import type { GitLabState, Group, User } from "./state.ts";

/** What can own projects: a group, or a user's own namespace. */
export type Namespace =
  | { readonly kind: "group"; readonly id: number; readonly fullPath: string; readonly group: Group }
  | { readonly kind: "user"; readonly id: number; readonly fullPath: string; readonly user: User };

/** What a new group is told. */
export interface NewGroup {
  readonly name: string;
  readonly path: string;
  readonly parentId: number | null;
  readonly description?: string;
  readonly visibility?: Visibility;
}

/** What paths of groups and projects may be: https://docs.gitlab.com/user/reserved_names/#rules-for-usernames-project-and-group-names-and-slugs */
const pathPattern = /^[a-z0-9_.][a-z0-9_.-]*$/i;

/** Why something cannot be a path; undefined when it can. */
export function pathError(path: string): string | undefined {
  if (path.length <= 255 && pathPattern.test(path) && !/^\.{1,2}$|\.(?:git|atom)$/i.test(path))
    return undefined;
  return "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'";
}

/** Groups and users. */
export class Namespaces {
  readonly #store: Store;
  readonly #state: GitLabState;

  constructor(store: Store, state: GitLabState) {
    this.#store = store;
    this.#state = state;
  }

  get groups(): readonly Group[] {
    return this.#state.groups;
  }

  user(id: number): User | undefined {
    return this.#state.users.find((user) => user.id === id);
  }

  /** The group of this id or full path. */
  group(idOrPath: string): Group | undefined {
    return this.#state.groups.find(
      (group) => String(group.id) === idOrPath || same(this.fullPath(group), idOrPath),
    );
  }

  /** The namespace of this id or full path. */
  find(idOrPath: string): Namespace | undefined {
    const group = this.group(idOrPath);
    if (group !== undefined) return { kind: "group", id: group.id, fullPath: this.fullPath(group), group };
    const user = this.#state.users.find(
      (it) => it.bot === undefined && (String(it.namespaceId) === idOrPath || same(it.username, idOrPath)),
    );
    return user && { kind: "user", id: user.namespaceId, fullPath: user.username, user };
  }

  /** All namespaces, groups first. */
  list(): Namespace[] {
    const users = this.#state.users.filter((user) => user.bot === undefined);
    return [...this.#state.groups.map((group) => group.id), ...users.map((user) => user.namespaceId)].flatMap(
      (id) => this.find(String(id)) ?? [],
    );
  }

  /** Paths of a group and of what it is in, with slashes. */
  fullPath(group: Group): string {
    const parent = this.parent(group);
    return parent === undefined ? group.path : `${this.fullPath(parent)}/${group.path}`;
  }

  /** Names of a group and of what it is in. */
  fullName(group: Group): string {
    const parent = this.parent(group);
    return parent === undefined ? group.name : `${this.fullName(parent)} / ${group.name}`;
  }

  parent(group: Group): Group | undefined {
    return this.#state.groups.find(({ id }) => id === group.parentId);
  }

  /** A group and what it is in, from the inside out. */
  lineage(group: Group): Group[] {
    const parent = this.parent(group);
    return [group, ...(parent === undefined ? [] : this.lineage(parent))];
  }

  /**
   * Makes a group.
   *
   * @param repositories where no project may have its path
   * @throws GitLabError 400 when the path is taken or cannot be one
   */
  async create(wanted: NewGroup, repositories: Repositories): Promise<Group> {
    const parent = this.#state.groups.find(({ id }) => id === wanted.parentId);
    const problem = pathError(wanted.path);
    if (problem !== undefined) throw invalid({ path: [problem] });
    const taken =
      this.find(parent === undefined ? wanted.path : `${this.fullPath(parent)}/${wanted.path}`) !==
        undefined ||
      (parent !== undefined && repositories.named(this.fullPath(parent), wanted.path) !== undefined);
    if (taken) throw invalid({ path: ["has already been taken"] });
    const group: Group = {
      id: this.#store.newId(),
      parentId: parent?.id ?? null,
      name: wanted.name,
      path: wanted.path,
      description: wanted.description ?? "",
      visibility: wanted.visibility ?? parent?.visibility ?? "private",
      createdAt: now(),
      variables: [],
    };
    this.#state.groups.push(group);
    await this.#store.save();
    return group;
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
