/** An app's CI variables and secrets: names that collide, values that are missing, and what the host does not have. */
import { ciNames } from "../components/git/ci-names.ts";
import { maskingProblem } from "../components/git/gitlab/values.ts";
import { ciRules, type CiRules } from "./ci-hosts.ts";
import { givenValues, type GivenValue } from "./ci-values.ts";
import { object, type Loose } from "./loose.ts";
import { show, type Problem } from "./problems.ts";

/** The CI values of somebody: `base` is the key of who has them, `who` the same for people. */
interface Holder {
  readonly base: string;
  readonly who: string;
  readonly values: readonly GivenValue[];
}

/**
 * What is wrong with the CI variables and secrets of the repositories, and of the group or organisation that owns them.
 *
 * @param secretNames names of the values in `ciSecrets`
 * @param git the section `git`; its kind, where wrong, is reported elsewhere
 */
export function ciProblems(
  repositories: readonly [string, Loose][],
  secretNames: readonly string[],
  git: unknown,
): Problem[] {
  const { kind, variables, secrets } = object(git);
  const rules = kind === "gitlab" ? ciRules.gitlab : ciRules.github;
  const apps = repositories
    .filter(([, { role }]) => role === "app")
    .map(([name, repository]) => ({
      base: `slipway:repositories.${name}`,
      who: `the repository "${name}"`,
      values: givenValues(repository),
    }));
  const group = {
    base: "slipway:git",
    who: "`slipway:git`",
    values: givenValues({ variables, secrets }),
  };
  return [
    ...[...apps, group].flatMap((holder) => holderProblems(holder, rules, secretNames)),
    ...apps.flatMap((app) => counts(app, rules)),
    ...apps.flatMap((app) => shadows(app, group, rules)),
  ];
}

function holderProblems(holder: Holder, rules: CiRules, secretNames: readonly string[]): Problem[] {
  const { values } = holder;
  return [
    ...values.flatMap((value) => form(holder, value, rules)),
    ...collisions(holder, rules),
    ...values.flatMap((value) => size(holder, value, rules)),
    ...values.flatMap((value) => settings(holder, value, rules)),
    ...environments(holder, rules),
    ...missingValues(holder, secretNames),
  ];
}

const keyOf = ({ base }: Holder, { at }: GivenValue): string => `${base}.${at}`;
const kept = (name: string, { capitals }: CiRules): string => (capitals ? name.toUpperCase() : name);

function form(holder: Holder, value: GivenValue, rules: CiRules): Problem[] {
  if (rules.name.test(value.name)) return [];
  const message = `${show(value.name)} is not the name of a CI variable: ${rules.otherwise}`;
  return [{ key: keyOf(holder, value), message }];
}

/** A pipeline that reads a name has to get one thing for it: of a variable and a secret of one name it is unclear which. */
function collisions(holder: Holder, rules: CiRules): Problem[] {
  const own: readonly string[] = [...ciNames.variables, ...ciNames.secrets];
  const seen: GivenValue[] = [];
  return holder.values.flatMap((value) => {
    const key = keyOf(holder, value);
    const name = kept(value.name, rules);
    const twin = seen.find(
      (other) =>
        kept(other.name, rules) === name &&
        (other.secret !== value.secret || other.environment === value.environment),
    );
    seen.push(value);
    if (own.includes(name)) {
      return [{ key, message: `"${value.name}" is a name that Slipway sets itself: choose another` }];
    }
    if (twin === undefined) return [];
    const again = twin.secret === value.secret && value.environment !== undefined;
    const way = again ? "give each an environment of its own" : "give each a name of its own";
    return [{ key, message: `"${value.name}" is there already, as ${keyOf(holder, twin)}: ${way}` }];
  });
}

function size(holder: Holder, value: GivenValue, rules: CiRules): Problem[] {
  const bytes = Buffer.byteLength(value.value);
  if (bytes <= rules.bytes) return [];
  const message = `is too long: it has ${bytes} bytes, and ${rules.host} takes ${rules.bytes}`;
  return [{ key: keyOf(holder, value), message }];
}

/** What a value says of itself, where the host has no such thing. */
function settings(holder: Holder, value: GivenValue, rules: CiRules): Problem[] {
  const key = keyOf(holder, value);
  const { environment, masked, name, secret } = value;
  const wrong = environment === undefined ? undefined : rules.environment(environment);
  const found: Problem[] =
    wrong === undefined ? [] : [{ key: `${key}.environment`, message: `${show(environment)} ${wrong}` }];
  if (rules.settings) {
    const problem = secret || masked !== true ? undefined : maskingProblem(value.value);
    if (problem !== undefined) {
      const message = `the value of ${name} ${problem}, and GitLab would show it in job logs: choose another value, or leave \`masked\` out`;
      found.push({ key: `${key}.masked`, message });
    }
    return found;
  }
  if (secret && masked === false)
    found.push({ key: `${key}.masked`, message: "got false, and GitHub masks every secret: remove it" });
  if (!secret && masked === true)
    found.push({
      key: `${key}.masked`,
      message:
        "got true, and GitHub masks secrets only: name it under `secrets`, with its value in slipway:ciSecrets",
    });
  if (value.protected === true && environment === undefined) {
    const way = holder.base === "slipway:git" ? "remove it" : "give the value an `environment`, or remove it";
    found.push({
      key: `${key}.protected`,
      message: `got true, and on GitHub only environments are for protected branches: ${way}`,
    });
  }
  return found;
}

/** Of GitHub's environments: one name in one spelling, and for protected branches or for all. */
function environments(holder: Holder, rules: CiRules): Problem[] {
  if (rules.settings) return [];
  const seen: GivenValue[] = [];
  return holder.values.flatMap((value) => {
    const { environment } = value;
    if (environment === undefined) return [];
    const alike = seen.filter((other) => other.environment?.toLowerCase() === environment.toLowerCase());
    seen.push(value);
    const spelled = alike.find((other) => other.environment !== environment);
    if (spelled !== undefined) {
      const message = `"${environment}" is the same environment as "${spelled.environment ?? ""}" for GitHub: write it in one way`;
      return [{ key: `${keyOf(holder, value)}.environment`, message }];
    }
    const other = alike.find(
      (one) =>
        one.protected !== undefined && value.protected !== undefined && one.protected !== value.protected,
    );
    if (other === undefined) return [];
    const message = `got ${show(value.protected)}, and ${keyOf(holder, other)} says otherwise of the same environment, which GitHub protects as a whole: say the same`;
    return [{ key: `${keyOf(holder, value)}.protected`, message }];
  });
}

/** How many a repository has, with Slipway's own, and how many there are in each environment. */
function counts(app: Holder, rules: CiRules): Problem[] {
  return (["variables", "secrets"] as const).flatMap((kind) => {
    const all = app.values.filter(({ secret }) => secret === (kind === "secrets"));
    const key = `${app.base}.${kind}`;
    const { host, perEnvironment } = rules;
    const inAll =
      perEnvironment === undefined ? all : all.filter(({ environment }) => environment === undefined);
    const total = inAll.length + ciNames[kind].length;
    const found: Problem[] =
      total <= rules[kind]
        ? []
        : [{ key, message: `are too many: ${total} with Slipway's own, and ${host} takes ${rules[kind]}` }];
    const names = new Set(all.flatMap(({ environment }) => environment ?? []));
    for (const name of perEnvironment === undefined ? [] : names) {
      const count = all.filter(({ environment }) => environment === name).length;
      if (count <= (perEnvironment ?? count)) continue;
      const message = `are too many in the environment "${name}": ${count}, and ${host} takes ${perEnvironment ?? ""}`;
      found.push({ key, message });
    }
    return found;
  });
}

/** The repository's own value would hide the group's from its jobs. */
function shadows(app: Holder, group: Holder, rules: CiRules): Problem[] {
  return group.values.flatMap((value) => {
    const twin = app.values.find(({ name }) => kept(name, rules) === kept(value.name, rules));
    if (twin === undefined) return [];
    const message = `"${value.name}" is a name of ${app.who}, too, as ${keyOf(app, twin)}: give each a name of its own`;
    return [{ key: keyOf(group, value), message }];
  });
}

/** Every CI secret that somebody names has a value. */
function missingValues({ values, who }: Holder, secretNames: readonly string[]): Problem[] {
  return values
    .filter(({ secret, from }) => secret && !secretNames.includes(from))
    .map(({ from }) => {
      const key = `slipway:ciSecrets.${from}`;
      const message = `has no value, and ${who} names it among its secrets`;
      return { key, message, command: `pulumi config set --secret --path '${key}'` };
    });
}
