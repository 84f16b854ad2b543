/** The limits of an environment's containers: amounts that contradict each other, which Kubernetes refuses. */
import { isObject, object, type Loose } from "./loose.ts";
import { show, type Problem } from "./problems.ts";

/** From the least to the most: https://kubernetes.io/docs/concepts/policy/limit-range/ */
const order = ["min", "defaultRequest", "default", "max"] as const;

const factors: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** What is wrong between the amounts of one environment. */
export function limitProblems(environment: string, settings: Loose): Problem[] {
  if (!isObject(settings["limitRange"])) return [];
  const { limitRange } = settings;
  const resources = new Set(order.flatMap((field) => Object.keys(object(limitRange[field]))));
  return [...resources].flatMap((resource) => {
    const given = order.flatMap((field) => {
      const value = object(limitRange[field])[resource];
      const size = amountOf(value);
      return size === undefined ? [] : [{ field, value, size }];
    });
    const wrong = given.findIndex(({ size }, index) => index > 0 && size < (given[index - 1]?.size ?? 0));
    const [less, more] = [given[wrong], given[wrong - 1]];
    if (less === undefined || more === undefined) return [];
    const message = `got ${show(less.value)}, which is less than \`${more.field}\` (${show(more.value)}): ${order.join(" ≤ ")}`;
    return [{ key: `slipway:environments.${environment}.limitRange.${less.field}.${resource}`, message }];
  });
}

/** A quantity as a number; undefined where it is none, which its shape tells. */
function amountOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const [, digits, exponent, unit = ""] = /^([0-9.]+)(?:[eE]([0-9]+)|([a-zA-Z]*))$/.exec(String(value)) ?? [];
  const factor = factors[unit];
  if (typeof value !== "string" || digits === undefined || factor === undefined) return undefined;
  return Number(digits) * factor * 10 ** Number(exponent ?? 0);
}
