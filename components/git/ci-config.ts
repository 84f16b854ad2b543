/** From the configuration of CI to what the components take. */
import type { Config } from "../../config.ts";
import { givenValues } from "../../config/ci-values.ts";
import type { Repository } from "../../config/schema.ts";
import type { CiValue } from "./ci.ts";
import type { CiIdentity } from "./ci-identity.ts";

/** The CI values that somebody has by the configuration, those of secrets filled in. */
export function ciValues(
  holder: Pick<Repository | Config["git"], "variables" | "secrets">,
  { ciSecrets }: Config,
): { readonly variables: CiValue[]; readonly secrets: CiValue[] } {
  const all = givenValues(holder).map(({ secret, name, value, from, ...given }) => {
    const { environment, masked } = given;
    const settings = {
      ...(environment !== undefined && { environment }),
      ...(given.protected !== undefined && { protected: given.protected }),
      ...(masked !== undefined && { masked }),
    };
    const known = secret ? ciSecrets.apply((values) => values[from] ?? "") : value;
    return { secret, value: { key: name, value: known, ...settings } };
  });
  const of = (wanted: boolean): CiValue[] =>
    all.filter(({ secret }) => secret === wanted).map(({ value }) => value);
  return { variables: of(false), secrets: of(true) };
}

/** As whom the configuration lets CI write. */
export function ciIdentity(delivery: NonNullable<Repository["delivery"]>, { ciSecrets }: Config): CiIdentity {
  const { identity, token } = delivery;
  switch (identity) {
    case "deployKey":
      return { kind: identity };
    case "projectToken":
      return { kind: identity, accessLevel: "maintainer", ...token };
    case "personalToken":
      return { kind: identity, token: ciSecrets.apply((values) => values["FLUXCD_TOKEN"] ?? "") };
  }
}
