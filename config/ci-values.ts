/** CI variables and secrets in all the forms that a configuration may have them in, as one list. */
import { isObject, list, object, text } from "./loose.ts";

/** One value of CI. */
export interface GivenValue {
  /** Where it is said: `variables.COLOUR`, `variables.COLOUR.1` or `secrets.0`. */
  readonly at: string;
  readonly secret: boolean;
  readonly name: string;
  /** Of a variable. */
  readonly value: string;
  /** Of a secret: the name of its value in `slipway:ciSecrets`. */
  readonly from: string;
  readonly environment?: string;
  readonly protected?: boolean;
  readonly masked?: boolean;
}

/** The values of a repository or of the group; what has not the right shape is left out, and reported elsewhere. */
export function givenValues(holder: {
  readonly variables?: unknown;
  readonly secrets?: unknown;
}): GivenValue[] {
  const variables = Object.entries(object(holder.variables)).flatMap(([name, given]) =>
    Array.isArray(given)
      ? given.flatMap((one, index) => entry(`variables.${name}.${index}`, name, one, false))
      : entry(`variables.${name}`, name, given, false),
  );
  const secrets = list(holder.secrets).flatMap((given, index) => {
    const name = isObject(given) ? text(given["name"]) : text(given);
    return name === undefined ? [] : entry(`secrets.${index}`, name, given, true);
  });
  return [...variables, ...secrets];
}

function entry(at: string, name: string, given: unknown, secret: boolean): GivenValue[] {
  if (typeof given === "string") return [{ at, secret, name, value: given, from: name }];
  if (!isObject(given)) return [];
  const { environment, masked } = given;
  const only = given["protected"];
  return [
    {
      ...{ at, secret, name },
      value: text(given["value"]) ?? "",
      from: text(given["from"]) ?? name,
      ...(typeof environment === "string" && { environment }),
      ...(typeof only === "boolean" && { protected: only }),
      ...(typeof masked === "boolean" && { masked }),
    },
  ];
}
