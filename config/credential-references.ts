/** The life of the keys: names that refer to one, and spans that fit each other. */
import { daysOf } from "../components/git/keys/key-life.ts";
import { namedKeys } from "../components/git/keys/key-names.ts";
import { credentialsSchema } from "./credentials-schema.ts";
import { entries, object, refersToNothing, type Loose } from "./loose.ts";
import type { Problem } from "./problems.ts";

/** What is wrong between the section `credentials` and the rest of the stack. */
export function credentialProblems(stack: Loose): Problem[] {
  const credentials = object(stack["credentials"]);
  const keys = namedKeys({
    flux: object(stack["flux"]),
    repositories: Object.fromEntries(
      entries(stack["repositories"]).map(([name, { delivery }]) => [
        name,
        delivery === undefined ? {} : { delivery: object(delivery) },
      ]),
    ),
    environments: Object.fromEntries(
      entries(stack["environments"]).map(([name, { sources }]) => [
        name,
        { sources: Object.fromEntries(entries(sources)) },
      ]),
    ),
  });
  const names = keys.map(({ name }) => name);
  const unknown = Object.keys(object(credentials["rotate"]))
    .filter((name) => !names.includes(name))
    .map((name) => ({
      key: `slipway:credentials.rotate.${name}`,
      message: refersToNothing("key of this stack", name, names),
    }));
  return [...unknown, ...spanProblems(credentials)];
}

/** A key that is replaced only after its end, or warned of from its first day on, is of no use. */
function spanProblems(credentials: Loose): Problem[] {
  const days = (key: "expireAfter" | "maxAge" | "renewBefore"): number | undefined => {
    const { success, data } = credentialsSchema.shape[key].safeParse(credentials[key]);
    return success && data !== undefined ? daysOf(data) : undefined;
  };
  const [life, age, window] = [days("expireAfter"), days("maxAge"), days("renewBefore")];
  if (life === undefined) return [];
  const problems: Problem[] = [];
  if (age !== undefined && age >= life) {
    const message = `got ${age} days, and keys end after ${life} (\`expireAfter\`): choose fewer, so that they are replaced before`;
    problems.push({ key: "slipway:credentials.maxAge", message });
  }
  if (window !== undefined && window >= life) {
    const message = `is ${window} days, and keys end after ${life} (\`expireAfter\`): choose fewer, or each preview warns`;
    problems.push({ key: "slipway:credentials.renewBefore", message });
  }
  return problems;
}
