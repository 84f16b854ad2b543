/** What the lab's Git hosts were asked for, from the lines of their access log. Pure. */

/** One request over HTTP. */
export interface LoggedRequest {
  readonly host: "github" | "gitlab";
  readonly method: string;
  /** Without a query. */
  readonly path: string;
  /** Whether Git itself asked, and not somebody by the API. */
  readonly git: boolean;
}

/** The requests over HTTP; what came by SSH is Flux's. See lab/git-host/access-log.ts for the lines. */
export function loggedRequests(text: string): LoggedRequest[] {
  return [...text.matchAll(/^(gitlab )?\S+Z http ([A-Z]+) (\S+) \d{3}/gm)].map(
    ([, gitlab, method = "", path = ""]) => ({
      host: gitlab === undefined ? "github" : "gitlab",
      method,
      path,
      git: /\.git\/(?:info\/refs|git-(?:upload|receive)-pack)/.test(path),
    }),
  );
}

/** How often each method and path, the most frequent first; names and numbers in a path are left out. */
export function countedPaths(requests: readonly LoggedRequest[]): [what: string, times: number][] {
  const counts = new Map<string, number>();
  for (const { method, path, git } of requests) {
    const what = `${git ? "git: " : ""}${method} ${pattern(path)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
}

function pattern(path: string): string {
  return path
    .replace(/^\/api\/v[34]/, "")
    .replace(/^\/[^/]+\/[^/]+\.git\//, "/*.git/")
    .replace(/^\/repos\/[^/]+\/[^/]+/, "/repos/*")
    .replace(/^\/projects\/[^/]+/, "/projects/*")
    .replace(
      /\/(variables|secrets|keys|deploy_keys|allowlist|namespaces|users|orgs|groups)\/(?!public-key)[^/]+/,
      "/$1/*",
    );
}
