/** What each kind of Git host takes as CI variables. */
import { longestValue } from "../components/git/gitlab/values.ts";
import type { Git } from "./schema.ts";

/** The rules of one kind of host. */
export interface CiRules {
  readonly host: string;
  /** The most of one repository. */
  readonly variables: number;
  readonly secrets: number;
  /** The most of each kind in one environment, where it is counted by itself. */
  readonly perEnvironment: number | undefined;
  /** The longest value, in bytes. */
  readonly bytes: number;
  /** Names that it takes, and in words what is wrong with another. */
  readonly name: RegExp;
  readonly otherwise: string;
  /** Whether names that differ in capitals only are one. */
  readonly capitals: boolean;
  /** What is said of an environment that it does not take. */
  environment(name: string): string | undefined;
  /** Whether a value can be masked and protected by itself, variable or secret. */
  readonly settings: boolean;
}

export const ciRules: Readonly<Record<Git["kind"], CiRules>> = {
  /**
   * Names may not begin with a digit or with GITHUB_, and are kept in capitals; environments are names.
   * https://docs.github.com/en/actions/reference/workflows-and-actions/variables#naming-conventions-for-configuration-variables
   * https://docs.github.com/en/actions/reference/workflows-and-actions/variables#limits-for-configuration-variables
   * https://docs.github.com/en/actions/reference/security/secrets#limits-for-secrets
   */
  github: {
    host: "GitHub",
    variables: 500,
    secrets: 100,
    perEnvironment: 100,
    bytes: 48 * 1024,
    name: /^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,254}$/,
    otherwise: "use capitals, digits and underscores, and not the prefix GITHUB_",
    capitals: true,
    environment: (name) =>
      /[*${}]/.test(name)
        ? "is a pattern, and GitHub's environments are names: write each by itself"
        : undefined,
    settings: false,
  },
  /**
   * Variables and secrets are the same there, and an environment is a scope that may be a pattern.
   * https://docs.gitlab.com/administration/instance_limits/#limit-the-number-of-cicd-variables-that-can-be-defined-in-projects
   * https://docs.gitlab.com/api/project_level_variables/#create-a-variable
   * https://docs.gitlab.com/ci/environments/#limit-the-environment-scope-of-a-cicd-variable
   */
  gitlab: {
    host: "GitLab",
    variables: 8000,
    secrets: 8000,
    perEnvironment: undefined,
    bytes: longestValue,
    name: /^[A-Za-z0-9_]{1,255}$/,
    otherwise: "use letters, digits and underscores",
    capitals: false,
    environment: (name) => (name === "*" ? "means all environments: leave `environment` out" : undefined),
    settings: true,
  },
};
