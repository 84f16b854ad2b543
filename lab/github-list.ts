/** Lists of GitHub's REST API. */

/** Where to ask, and as whom. */
export interface GitHubAccess {
  /** The host's address, with a slash at its end; the API is below it, as on GitHub Enterprise. */
  readonly baseUrl: string;
  readonly token: string;
}

/** GitHub gives a hundred items at most at a time: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const perPage = 100;

/**
 * Every item of a list, from all its pages.
 *
 * @param member what holds the items where the answer is not the list itself
 * @throws when the host refuses, with its status
 */
export async function listAll<T>(access: GitHubAccess, path: string, member?: string): Promise<T[]> {
  const headers = { authorization: `Bearer ${access.token}`, accept: "application/vnd.github+json" };
  const items: T[] = [];
  for (let page = 1; ; page += 1) {
    const address = `${access.baseUrl}api/v3${path}?per_page=${perPage}&page=${page}`;
    const response = await fetch(address, { headers });
    if (!response.ok) throw new Error(`${path}: the Git host answers ${response.status}`);
    const body: unknown = await response.json();
    const found = (member === undefined ? body : (body as Record<string, unknown>)[member]) as T[];
    items.push(...found);
    if (found.length < perPage) return items;
  }
}
