const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The number that a Kubernetes quantity stands for: "250m" is 0.25, "1Gi" is 1073741824.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: string): number {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(text);
  const factor = FACTORS[match?.[2] ?? ""];
  const number = Number(match?.[1]);
  if (factor === undefined || Number.isNaN(number)) {
    throw new Error(`${JSON.stringify(text)} is no quantity: write for example "250m" or "1Gi"`);
  }
  return number * factor;
}

/** What `resourceFieldRef` gives: the quantity over its divisor (default 1), rounded up, as a decimal text. */
export function dividedQuantity(quantity: string, divisor = "1"): string {
  const by = parseQuantity(divisor);
  return String(Math.ceil(parseQuantity(quantity) / (by === 0 ? 1 : by)));
}
