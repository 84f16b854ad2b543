import { type RefChange, noObject } from "../git-refs.ts";
import { Problem } from "../problem.ts";
import type { Repositories } from "../repositories.ts";
import type { Repository, Store, Visibility } from "../store.ts";
import { invalid, refused } from "./gitlab-error.ts";
import { type Namespace, pathError } from "./namespaces.ts";
import { type GitLabState, type Project, accessLevels } from "./state.ts";
import { day } from "./time.ts";

/** What a new project is told. */
export interface NewProject {
  readonly namespace: Namespace;
  readonly name: string;
  readonly path: string;
  readonly description: string | null;
  readonly visibility: Visibility;
  readonly topics: readonly string[];
  readonly settings: Repository["settings"];
  readonly defaultBranch: string | undefined;
  readonly creatorId: number;
}

/** A project with its repository. */
export interface ProjectAndRepository {
  readonly project: Project;
  readonly repository: Repository;
}

const nameTaken = ["has already been taken"];

/** The projects: each is a repository of the host, and what only GitLab has of it. */
export class Projects {
  readonly #store: Store;
  readonly #state: GitLabState;
  readonly #repositories: Repositories;

  constructor(store: Store, state: GitLabState, repositories: Repositories) {
    this.#store = store;
    this.#state = state;
    this.#repositories = repositories;
    repositories.on("refs", (repository, changes) => this.#protectDefaultBranch(repository, changes));
  }

  /** Removes repositories that an earlier process made and did not get to make projects of; nobody was told of them. */
  async repair(): Promise<void> {
    const known = new Set(this.#state.projects.map(({ id }) => id));
    for (const repository of this.#repositories.list())
      if (!known.has(repository.id)) await this.#repositories.remove(repository);
  }

  /** All projects, the oldest first. */
  list(): ProjectAndRepository[] {
    return this.#state.projects.flatMap((project) => {
      const repository = this.#repositories.byId(project.id);
      return repository === undefined ? [] : [{ project, repository }];
    });
  }

  /** What belongs to a repository. */
  of(repository: Repository): Project {
    const project = this.#state.projects.find(({ id }) => id === repository.id);
    if (project === undefined) throw new Error(`Repository ${repository.id} belongs to no project.`);
    return project;
  }

  /** The project of this id or full path, or the one that once had the path. */
  find(idOrPath: string): ProjectAndRepository | undefined {
    const at = idOrPath.lastIndexOf("/");
    const repository = /^\d+$/.test(idOrPath)
      ? this.#repositories.byId(Number(idOrPath))
      : at > 0
        ? this.#repositories.find(idOrPath.slice(0, at), idOrPath.slice(at + 1))
        : undefined;
    return repository && { project: this.of(repository), repository };
  }

  /**
   * Makes a project with an empty repository.
   *
   * @throws GitLabError 400 when its name or path is taken, or cannot be one
   */
  async create(wanted: NewProject): Promise<ProjectAndRepository> {
    this.#checkNames(wanted.namespace.fullPath, wanted, undefined);
    try {
      const repository = await this.#repositories.create({
        owner: wanted.namespace.fullPath,
        name: wanted.path,
        description: wanted.description,
        visibility: wanted.visibility,
        settings: wanted.settings,
        ...(wanted.defaultBranch !== undefined && { defaultBranch: wanted.defaultBranch }),
      });
      repository.topics = [...wanted.topics];
      const project: Project = {
        id: repository.id,
        name: wanted.name,
        creatorId: wanted.creatorId,
        markedForDeletionOn: null,
        variables: [],
        protectedBranches: [],
        hooks: [],
        deployTokens: [],
        statuses: [],
        jobTokenScope: { enabled: true, projectIds: [], groupIds: [] },
      };
      this.#state.projects.push(project);
      await this.#store.save();
      return { project, repository };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw invalid({ path: error.kind === "taken" ? nameTaken : [error.message] });
    }
  }

  /**
   * Gives a project another name or path; the old path goes on leading to it.
   *
   * @throws GitLabError as `create`
   */
  async rename(
    { project, repository }: ProjectAndRepository,
    wanted: { readonly name?: string | undefined; readonly path?: string | undefined },
  ): Promise<void> {
    const { name = project.name, path = repository.name } = wanted;
    this.#checkNames(repository.owner, { name, path }, project);
    await this.#repositories.rename(repository, path);
    project.name = name;
    await this.#store.save();
  }

  /**
   * Marks a project for deletion: it is archived, and gives its name and path free. As GitLab has done since 18.0,
   * on every plan: https://docs.gitlab.com/api/projects/#delete-a-project
   *
   * @throws GitLabError 400 when it is marked already
   */
  async markForDeletion(it: ProjectAndRepository): Promise<void> {
    const { project, repository } = it;
    if (project.markedForDeletionOn !== null)
      throw refused(400, "Project has been already marked for deletion");
    const suffix = `-deletion_scheduled-${project.id}`;
    await this.rename(it, { name: `${project.name}${suffix}`, path: `${repository.name}${suffix}` });
    repository.archived = true;
    project.markedForDeletionOn = day();
    await this.#store.save();
  }

  /** @throws GitLabError 400 when the project is not marked, or its path is taken */
  async restore(it: ProjectAndRepository): Promise<void> {
    const { project, repository } = it;
    if (project.markedForDeletionOn === null) throw refused(400, "Project has not been marked for deletion");
    const plain = (text: string): string => text.replace(/-deletion_scheduled-\d+$/, "");
    await this.rename(it, { name: plain(project.name), path: plain(repository.name) });
    repository.archived = false;
    project.markedForDeletionOn = null;
    await this.#store.save();
  }

  /** Deletes a project with everything that belongs to it. A deploy key that opens no other project goes with it. */
  async remove({ project, repository }: ProjectAndRepository): Promise<void> {
    const state = this.#state;
    state.projects = state.projects.filter((it) => it !== project);
    for (const key of state.deployKeys)
      key.projects = key.projects.filter((it) => it.projectId !== project.id);
    state.deployKeys = state.deployKeys.filter((key) => key.projects.length > 0);
    const bots = state.users.filter((user) => user.bot?.projectId === project.id).map(({ id }) => id);
    state.users = state.users.filter((user) => !bots.includes(user.id));
    state.tokens = state.tokens.filter((token) => !bots.includes(token.userId));
    for (const { jobTokenScope } of state.projects)
      jobTokenScope.projectIds = jobTokenScope.projectIds.filter((id) => id !== project.id);
    await this.#repositories.remove(repository);
  }

  #checkNames(
    owner: string,
    { name, path }: { readonly name: string; readonly path: string },
    self: Project | undefined,
  ): void {
    const problem = pathError(path);
    if (problem !== undefined) throw invalid({ path: [problem] });
    if (
      !/^[\p{L}\p{N}\p{Extended_Pictographic}_][\p{L}\p{N}\p{Extended_Pictographic}\p{Pd}_. +]{0,254}$/u.test(
        name,
      )
    ) {
      throw invalid({
        name: [
          "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must start with a letter, digit, emoji, or '_'.",
        ],
      });
    }
    const others = this.list().filter((it) => it.repository.owner === owner && it.project !== self);
    const names = others.some((it) => it.project.name.toLowerCase() === name.toLowerCase());
    const paths = others.some((it) => it.repository.name.toLowerCase() === path.toLowerCase());
    if (!names && !paths) return;
    throw invalid({
      ...(names && { "project_namespace.name": nameTaken, name: nameTaken }),
      ...(paths && { path: nameTaken }),
    });
  }

  /**
   * The first push to an empty repository protects its default branch, as the usual setting "Fully protected" does:
   * https://docs.gitlab.com/user/project/repository/branches/default/#protect-initial-default-branches
   */
  #protectDefaultBranch(repository: Repository, changes: readonly RefChange[]): void {
    const { defaultBranch: name } = repository;
    const born = changes.some(
      (change) =>
        change.name === `refs/heads/${name}` && change.before === noObject && change.after !== noObject,
    );
    const project = this.#state.projects.find(({ id }) => id === repository.id);
    if (!born || project === undefined || project.protectedBranches.some((it) => it.name === name)) return;
    const maintainers = () => [
      { id: this.#store.newId(), accessLevel: accessLevels.maintainer, deployKeyId: null },
    ];
    project.protectedBranches.push({
      id: this.#store.newId(),
      name,
      push: maintainers(),
      merge: maintainers(),
      allowForcePush: false,
    });
  }
}
