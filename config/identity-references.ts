/** As whom an app's CI writes the manifests: what the host has, and until when. */
import { daysOf } from "../components/git/keys/key-life.ts";
import { credentialsSchema } from "./credentials-schema.ts";
import { dayOf } from "./identity-schema.ts";
import { isObject, object, text, type Loose } from "./loose.ts";
import { setCommand, show, type Problem } from "./problems.ts";

/** The longest life of a project's token, in days: https://docs.gitlab.com/user/project/settings/project_access_tokens/ */
export const longestTokenDays = 365;

const dayMs = 86_400_000;

/** The last day that a token made now may have, as `2027-01-31`. */
export function latestTokenDay(now: Date): string {
  return new Date(now.getTime() + longestTokenDays * dayMs).toISOString().slice(0, 10);
}

/**
 * What is wrong with the identity of one repository's delivery.
 *
 * @param secretNames names of the values in `ciSecrets`
 * @param stack the Git host's kind, of which another one is reported elsewhere, and how long its keys live, if anything says so
 * @param now the time
 */
export function identityProblems(
  name: string,
  { delivery }: Loose,
  secretNames: readonly string[],
  { kind, expireAfter }: { readonly kind: unknown; readonly expireAfter?: unknown },
  now: Date = new Date(),
): Problem[] {
  if (!isObject(delivery)) return [];
  const base = `slipway:repositories.${name}.delivery`;
  const { identity, token } = delivery;
  if (identity === "projectToken" && kind !== "gitlab") {
    const message =
      'got "projectToken", and GitHub has no tokens of a repository: write deployKey, which opens this one repository only';
    return [{ key: `${base}.identity`, message }];
  }
  if (identity !== "projectToken") {
    const unused = { key: `${base}.token`, message: "is for the identity projectToken: remove it" };
    return [...(token === undefined ? [] : [unused]), ...personal(identity, base, secretNames)];
  }
  const key = `${base}.token.expiresAt`;
  const given = text(object(token)["expiresAt"]);
  const day = given === undefined ? undefined : dayOf(given);
  const latest = latestTokenDay(now);
  if (token === undefined || (isObject(token) && token["expiresAt"] === undefined)) {
    const { success, data: span } = credentialsSchema.shape.expireAfter.safeParse(expireAfter);
    if (!success || (span !== undefined && daysOf(span) <= longestTokenDays)) return [];
    const why =
      span === undefined
        ? `a project's token ends on a day, at most ${longestTokenDays} days ahead, or after \`slipway:credentials.expireAfter\``
        : `a project's token lives for ${longestTokenDays} days at most, and \`slipway:credentials.expireAfter\` is ${span}`;
    return [{ key, message: `is missing: ${why}`, command: setCommand(key, latest) }];
  }
  if (day === undefined || Number.isNaN(Date.parse(day))) return [];
  const today = now.toISOString().slice(0, 10);
  if (day <= today) {
    const message = `got ${show(day)}, and the token ends as that day begins: write a later one, up to ${latest}`;
    return [{ key, message, command: setCommand(key, latest) }];
  }
  if (day <= latest) return [];
  const message = `got ${show(day)}, which is more than ${longestTokenDays} days ahead: write a day up to ${latest}`;
  return [{ key, message }];
}

/** A personal token is the user's own, and so is its value. */
function personal(identity: unknown, base: string, secretNames: readonly string[]): Problem[] {
  if (identity !== "personalToken" || secretNames.includes("FLUXCD_TOKEN")) return [];
  const key = "slipway:ciSecrets.FLUXCD_TOKEN";
  const message = `has no value, and ${base}.identity is personalToken: set the token there, or write deployKey`;
  return [{ key, message, command: `pulumi config set --secret --path '${key}'` }];
}

/** Past a protection pushes the key of an app's CI, and nothing else: a token would be refused with the first release. */
export function guardedIdentityProblems(repositories: readonly [string, Loose][]): Problem[] {
  const guarded = repositories.filter(([, { protection }]) => isObject(protection)).map(([name]) => name);
  return repositories.flatMap(([name, { delivery }]) => {
    const { identity, fluxcd } = object(delivery);
    const target = text(fluxcd);
    if (
      identity === undefined ||
      identity === "deployKey" ||
      target === undefined ||
      !guarded.includes(target)
    )
      return [];
    const message = `got ${show(identity)}, and the protection of "${target}" lets deploy keys of CI push alone: write deployKey, or remove that protection`;
    return [{ key: `slipway:repositories.${name}.delivery.identity`, message }];
  });
}
