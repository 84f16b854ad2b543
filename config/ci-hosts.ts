/** What each kind of Git host takes as CI variables. */
import { longestValue } from "../components/git/gitlab-values.ts";
import type { Git } from "./schema.ts";

/** The rules of one kind of host. */
export interface CiRules {
  readonly host: string;
  /** The most of one repository. */
  readonly variables: number;
  readonly secrets: number;
  /** The longest value, in bytes. */
  readonly bytes: number;
  /** Names that it takes, and in words what is wrong with another. */
  readonly name: RegExp;
  readonly otherwise: string;
  /** Whether names that differ in capitals only are one. */
  readonly capitals: boolean;
}

export const ciRules: Readonly<Record<Git["kind"], CiRules>> = {
  /**
   * Names may not begin with a digit or with GITHUB_, and are kept in capitals.
   * https://docs.github.com/en/actions/reference/workflows-and-actions/variables#naming-conventions-for-configuration-variables
   * https://docs.github.com/en/actions/reference/workflows-and-actions/variables#limits-for-configuration-variables
   * https://docs.github.com/en/actions/reference/security/secrets#limits-for-secrets
   */
  github: {
    host: "GitHub",
    variables: 500,
    secrets: 100,
    bytes: 48 * 1024,
    name: /^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,254}$/,
    otherwise: "use capitals, digits and underscores, and not the prefix GITHUB_",
    capitals: true,
  },
  /**
   * Variables and secrets are the same there.
   * https://docs.gitlab.com/administration/instance_limits/#limit-the-number-of-cicd-variables-that-can-be-defined-in-projects
   * https://docs.gitlab.com/api/project_level_variables/#create-a-variable
   */
  gitlab: {
    host: "GitLab",
    variables: 8000,
    secrets: 8000,
    bytes: longestValue,
    name: /^[A-Za-z0-9_]{1,255}$/,
    otherwise: "use letters, digits and underscores",
    capitals: false,
  },
};
