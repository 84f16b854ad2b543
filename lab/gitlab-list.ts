/** Reads of GitLab's REST API, at the host that an environment names. */

/** GitLab gives a hundred items at most at a time: https://docs.gitlab.com/api/rest/#pagination */
const perPage = 100;

/** A project as lists show it, as much of it as is read here. */
export interface ListedProject {
  readonly id: number;
  readonly path: string;
  readonly path_with_namespace: string;
  readonly visibility: string;
  readonly web_url: string;
  readonly marked_for_deletion_on?: string | null;
}

/**
 * Every item of a list, from all its pages.
 *
 * @throws when the host refuses, with its status
 */
export async function gitlabList<T>(env: NodeJS.ProcessEnv, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let page = 1; ; page += 1) {
    const found = await get<T[]>(env, `${path}?per_page=${perPage}&page=${page}`);
    items.push(...found);
    if (found.length < perPage) return items;
  }
}

/** The projects of the group, without those that are to be deleted. */
export async function gitlabProjects(env: NodeJS.ProcessEnv): Promise<ListedProject[]> {
  const group = encodeURIComponent(env["GITLAB_GROUP"] ?? "");
  const listed = await gitlabList<ListedProject>(env, `groups/${group}/projects`);
  return listed.filter((project) => (project.marked_for_deletion_on ?? undefined) === undefined);
}

/** The number of a project of the group; nothing if there is none of that name. */
export async function gitlabProject(env: NodeJS.ProcessEnv, path: string): Promise<string | undefined> {
  const project = (await gitlabProjects(env)).find((one) => one.path === path);
  return project && String(project.id);
}

async function get<T>(env: NodeJS.ProcessEnv, path: string): Promise<T> {
  const headers = { "private-token": env["GITLAB_TOKEN"] ?? "", accept: "application/json" };
  const response = await fetch(`${env["GITLAB_BASE_URL"] ?? ""}api/v4/${path}`, { headers });
  if (!response.ok) throw new Error(`${path}: GitLab answers ${response.status}`);
  return (await response.json()) as T;
}
