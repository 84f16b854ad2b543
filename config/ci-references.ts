/** An app's CI variables and secrets: names that collide, values that are missing, and the host's limits. */
import { ciNames } from "../components/git/ci-names.ts";
import { ciRules, type CiRules } from "./ci-hosts.ts";
import { list, object, text, type Loose } from "./loose.ts";
import { show, type Problem } from "./problems.ts";

/**
 * What is wrong with the CI variables and secrets of one repository.
 *
 * @param secretNames names of the values in `ciSecrets`
 * @param kind the Git host's kind; another one is reported elsewhere
 */
export function ciProblems(
  name: string,
  repository: Loose,
  secretNames: readonly string[],
  kind: unknown,
): Problem[] {
  if (repository["role"] !== "app") return [];
  const rules = kind === "gitlab" ? ciRules.gitlab : ciRules.github;
  const base = `slipway:repositories.${name}`;
  const variables = Object.entries(object(repository["variables"]));
  const secrets = list(repository["secrets"]).filter((secret) => typeof secret === "string");
  const given = [
    ...variables.map(([key]) => ({ key: `${base}.variables.${key}`, name: key })),
    ...secrets.map((secret, index) => ({ key: `${base}.secrets.${index}`, name: secret })),
  ];
  return [
    ...given.flatMap((one) => form(one, rules)),
    ...collisions(given, rules),
    ...variables.flatMap(([key, value]) => size(`${base}.variables.${key}`, text(value), rules)),
    ...count(`${base}.variables`, variables.length + ciNames.variables.length, rules.variables, rules),
    ...count(`${base}.secrets`, secrets.length + ciNames.secrets.length, rules.secrets, rules),
    ...missingValues(name, secrets, secretNames),
  ];
}

function form({ key, name }: { key: string; name: string }, rules: CiRules): Problem[] {
  if (rules.name.test(name)) return [];
  return [{ key, message: `${show(name)} is not the name of a CI variable: ${rules.otherwise}` }];
}

/** A pipeline that reads a name has to get one thing for it: of a variable and a secret of one name it is unclear which. */
function collisions(given: { key: string; name: string }[], { capitals }: CiRules): Problem[] {
  const own: readonly string[] = [...ciNames.variables, ...ciNames.secrets];
  const seen = new Map<string, string>();
  return given.flatMap(({ key, name }) => {
    const known = capitals ? name.toUpperCase() : name;
    const twin = seen.get(known);
    seen.set(known, key);
    if (own.includes(known)) {
      return [{ key, message: `"${name}" is a name that Slipway sets itself: choose another` }];
    }
    if (twin === undefined) return [];
    return [{ key, message: `"${name}" is there already, as ${twin}: give each a name of its own` }];
  });
}

function size(key: string, value: string | undefined, rules: CiRules): Problem[] {
  const bytes = Buffer.byteLength(value ?? "");
  if (bytes <= rules.bytes) return [];
  return [{ key, message: `is too long: it has ${bytes} bytes, and ${rules.host} takes ${rules.bytes}` }];
}

function count(key: string, all: number, limit: number, { host }: CiRules): Problem[] {
  if (all <= limit) return [];
  return [{ key, message: `are too many: ${all} with Slipway's own, and ${host} takes ${limit}` }];
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
