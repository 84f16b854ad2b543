import { durationProblem } from "../durations.ts";
import { refuse } from "../problems.ts";
import { present, problemAt } from "./fields.ts";

/** The kind of Flux's Git sources: https://fluxcd.io/flux/components/source/gitrepositories/ */
export const gitRepositoryKind = {
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "GitRepository",
} as const;

/** What a Git source follows, and how often. Defaults: {@link gitRepositoryDefaults}. */
export interface GitRepositoryOptions<Text = string> {
  /** Address with scheme: https://…, ssh://user@host/path, or http://…; without credentials in it. */
  readonly url: Text;
  /**
   * Branch to follow.
   * @default "main", unless `tag` or `semver` is given
   */
  readonly branch?: Text;
  /** Tag to stay at, instead of a branch. */
  readonly tag?: Text;
  /** Range of versions whose newest tag is followed, instead of a branch: ">=1.2.0 <2.0.0". */
  readonly semver?: Text;
  /** Commit to stay at; with `branch`, one of that branch. */
  readonly commit?: Text;
  /**
   * Time between two looks at the repository.
   * @default "1m"
   */
  readonly interval?: string;
  /**
   * Longest time for one fetch, in hours never: Flux's API takes ms, s and m here.
   * @default "60s"
   */
  readonly timeout?: string;
  /** Secret in the source's namespace with the credentials; none for a public repository. */
  readonly secretName?: Text;
  /** What to leave out of the artifact, in the form of .gitignore. Replaces Flux's own list. */
  readonly ignore?: string;
  /**
   * Whether to stop looking.
   * @default false
   */
  readonly suspend?: boolean;
}

/** Defaults of {@link GitRepositoryOptions}. */
export const gitRepositoryDefaults = {
  branch: "main",
  interval: "1m",
  timeout: "60s",
  suspend: false,
} as const;

/** The spec of a GitRepository. Fields that are not in use are not there: others may own them (`flux suspend`). */
export interface GitRepositorySpec<Text = string> {
  readonly url: Text;
  readonly interval: string;
  readonly timeout: string;
  readonly ref: {
    readonly branch?: Text;
    readonly tag?: Text;
    readonly semver?: Text;
    readonly commit?: Text;
  };
  readonly secretRef?: { readonly name: Text };
  readonly ignore?: string;
  readonly suspend?: true;
}

/**
 * The spec of a GitRepository.
 * @param where the options' place in the configuration, the beginning of every problem
 * @throws Error listing everything that is wrong with the options
 */
export function gitRepositorySpec<Text>(
  options: GitRepositoryOptions<Text>,
  where = "source",
): GitRepositorySpec<Text | string> {
  refuse(`${where} cannot be a Git source`, gitRepositoryProblems(options, where));
  const { tag, semver, commit, secretName, ignore } = options;
  const branch =
    options.branch ?? (tag === undefined && semver === undefined ? gitRepositoryDefaults.branch : undefined);
  return {
    url: options.url,
    interval: options.interval ?? gitRepositoryDefaults.interval,
    timeout: options.timeout ?? gitRepositoryDefaults.timeout,
    ref: present({ branch, tag, semver, commit }),
    ...present({ secretRef: secretName === undefined ? undefined : { name: secretName }, ignore }),
    ...(options.suspend === true ? { suspend: true as const } : {}),
  };
}

function gitRepositoryProblems<Text>(options: GitRepositoryOptions<Text>, where: string): string[] {
  const heads = (["branch", "tag", "semver"] as const).filter((field) => options[field] !== undefined);
  const url = typeof options.url === "string" ? urlProblem(options.url) : undefined;
  const hours =
    options.timeout?.endsWith("h") === true
      ? `"${options.timeout}" is too long: Flux takes ms, s and m here`
      : undefined;
  return [
    ...problemAt(`${where}.url`, url),
    ...(heads.length > 1 ? [`${where}: ${heads.join(" and ")} are given: keep one of them`] : []),
    ...problemAt(
      `${where}.interval`,
      options.interval === undefined ? undefined : durationProblem(options.interval),
    ),
    ...problemAt(
      `${where}.timeout`,
      options.timeout === undefined ? undefined : (durationProblem(options.timeout) ?? hours),
    ),
  ];
}

/** What is wrong with a repository's address; never prints it whole, for it may hold a password. */
export function urlProblem(url: string): string | undefined {
  const scheme = /^([a-z+]+):\/\//.exec(url)?.[1];
  if (scheme === undefined || !["http", "https", "ssh"].includes(scheme)) {
    return 'it has no scheme that Flux takes: write "ssh://git@host/owner/name.git" or "https://host/owner/name.git"';
  }
  const user = /^[a-z]+:\/\/([^/@]*)@/.exec(url)?.[1];
  if (user !== undefined && (scheme !== "ssh" || user.includes(":"))) {
    return "it has credentials in it, which everyone who can read the source would see: give them as `credentials`";
  }
  return undefined;
}
