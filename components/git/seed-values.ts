/** What differs from one set of seeded repositories to another. Each is a placeholder: `app` is `%{slipway.app}`. */
export interface SeedValues {
  /** Name of the application, of its chart and of its folder `apps/<app>`: a DNS label of up to 50 characters. */
  readonly app: string;
  /** Name of the organisation, group or user that the repositories belong to; of a subgroup, its full path. */
  readonly owner: string;
  /** Who answers for the repositories, as CODEOWNERS has it: `@user` or `@organisation/team`, separated by spaces. */
  readonly owners: string;
  /** Namespace that the application is released to. Made by the platform, not by the release. */
  readonly namespace: string;
  /** Name of the repository with the application's source. */
  readonly appRepository: string;
  /** Name of the repository with the chart. */
  readonly chartsRepository: string;
  /** Name of the repository that Flux syncs. */
  readonly fluxcdRepository: string;
  /** Image of the first release, without its tag. It has to listen on 8080, as a user who is a number and not 0. */
  readonly imageRepository: string;
  /** Tag of the first release's image. */
  readonly imageTag: string;
}

/**
 * The first release's image where the configuration names none: public, listens on 8080 as user 101, answers on `/`.
 * {@link https://github.com/nginx/docker-nginx-unprivileged}
 */
export const placeholderImage = {
  imageRepository: "nginxinc/nginx-unprivileged",
  imageTag: "1.29.4-alpine",
} as const;

interface Rule {
  readonly pattern: RegExp;
  readonly want: string;
}

const repositoryName: Rule = {
  pattern: /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  want: "a repository's name of letters, digits, '.', '_' and '-', without its owner",
};

/**
 * Values become part of YAML, XML and shell scripts, so nothing passes that would need quoting there.
 * The 50 characters of `app` leave room for `-service` in a DNS label of 63.
 */
const rules: Record<keyof SeedValues, Rule> = {
  app: {
    pattern: /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/,
    want: "a DNS label of up to 50 characters that begins with a letter, such as spring-app",
  },
  owner: {
    pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/,
    want: "the name of an organisation or the path of a group, such as acme",
  },
  owners: {
    pattern: /^@[A-Za-z0-9_.-]+(\/[A-Za-z0-9._-]+)*( @[A-Za-z0-9_.-]+(\/[A-Za-z0-9._-]+)*)*$/,
    want: "handles as CODEOWNERS has them, such as @acme/platform",
  },
  namespace: {
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    want: "a DNS label, such as spring-app-namespace",
  },
  appRepository: repositoryName,
  chartsRepository: repositoryName,
  fluxcdRepository: repositoryName,
  imageRepository: {
    pattern: /^[a-zA-Z0-9.-]+(:[0-9]+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
    want: `an image's name without its tag, such as ${placeholderImage.imageRepository}`,
  },
  imageTag: {
    pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
    want: `an image's tag, such as ${placeholderImage.imageTag}`,
  },
};

/** The names of all values, in the order of {@link SeedValues}. */
export const seedValueNames = Object.keys(rules) as readonly (keyof SeedValues)[];

/**
 * Everything that is wrong with the values, one sentence each: missing, malformed, or not a value of seeds at all
 * (which nothing would use). Empty if nothing is.
 */
export function seedValueProblems(values: Readonly<Record<string, unknown>>): string[] {
  const malformed = seedValueNames.flatMap((name) => {
    const value = values[name];
    const { pattern, want } = rules[name];
    if (value === undefined) return [`${name} is missing: write ${want}.`];
    if (typeof value === "string" && pattern.test(value)) return [];
    return [`${name}: ${JSON.stringify(value)} is not ${want}.`];
  });
  const unused = Object.keys(values)
    .filter((name) => !(name in rules))
    .map((name) => `${name} is used by no seed: leave it out. Seeds use ${seedValueNames.join(", ")}.`);
  return [...malformed, ...unused];
}
