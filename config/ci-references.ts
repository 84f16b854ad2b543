/** An app's CI variables and secrets: names that collide, values that are missing, and GitHub's limits. */
import { ciNames } from "../components/git/ci-names.ts";
import { list, object, text, type Loose } from "./loose.ts";
import type { Problem } from "./problems.ts";

/**
 * What GitHub takes of one repository. Bytes are of one value.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/variables#limits-for-configuration-variables
 * https://docs.github.com/en/actions/reference/security/secrets#limits-for-secrets
 */
const limits = { variables: 500, secrets: 100, bytes: 48 * 1024 } as const;

/**
 * What is wrong with the CI variables and secrets of one repository.
 *
 * @param secretNames names of the values in `ciSecrets`
 */
export function ciProblems(name: string, repository: Loose, secretNames: readonly string[]): Problem[] {
  if (repository["role"] !== "app") return [];
  const base = `slipway:repositories.${name}`;
  const variables = Object.entries(object(repository["variables"]));
  const secrets = list(repository["secrets"]).filter((secret) => typeof secret === "string");
  const given = [
    ...variables.map(([key]) => ({ key: `${base}.variables.${key}`, name: key })),
    ...secrets.map((secret, index) => ({ key: `${base}.secrets.${index}`, name: secret })),
  ];
  return [
    ...collisions(given),
    ...variables.flatMap(([key, value]) => size(`${base}.variables.${key}`, text(value))),
    ...count(`${base}.variables`, variables.length + ciNames.variables.length, limits.variables),
    ...count(`${base}.secrets`, secrets.length + ciNames.secrets.length, limits.secrets),
    ...missingValues(name, secrets, secretNames),
  ];
}

/** A pipeline that reads a name has to get one thing for it: of a variable and a secret of one name it is unclear which. */
function collisions(given: { key: string; name: string }[]): Problem[] {
  const own: readonly string[] = [...ciNames.variables, ...ciNames.secrets];
  const seen = new Map<string, string>();
  return given.flatMap(({ key, name }) => {
    const known = name.toUpperCase();
    const twin = seen.get(known);
    seen.set(known, key);
    if (own.includes(known)) {
      return [{ key, message: `"${name}" is a name that Slipway sets itself: choose another` }];
    }
    if (twin === undefined) return [];
    return [{ key, message: `"${name}" is there already, as ${twin}: give each a name of its own` }];
  });
}

function size(key: string, value: string | undefined): Problem[] {
  const bytes = Buffer.byteLength(value ?? "");
  if (bytes <= limits.bytes) return [];
  return [{ key, message: `is too long: it has ${bytes} bytes, and GitHub takes ${limits.bytes}` }];
}

function count(key: string, all: number, limit: number): Problem[] {
  if (all <= limit) return [];
  return [{ key, message: `are too many: ${all} with Slipway's own, and GitHub takes ${limit}` }];
}

/** Every CI secret that a repository names has a value. */
function missingValues(name: string, secrets: string[], secretNames: readonly string[]): Problem[] {
  return secrets
    .filter((secret) => !secretNames.includes(secret))
    .map((secret) => {
      const key = `slipway:ciSecrets.${secret}`;
      const message = `has no value, and the repository "${name}" names it among its secrets`;
      return { key, message, command: `pulumi config set --secret --path '${key}'` };
    });
}
