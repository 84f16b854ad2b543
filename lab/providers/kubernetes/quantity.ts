/**
 * Kubernetes quantities ("500m", "1Gi", "0.5") in the canonical form that the API server answers with, so that
 * `cpu: "1000m"` in a program and `cpu: "1"` on the server are no difference.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */

const PATTERN = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const NANO = 1_000_000_000n;

/** The canonical form, or the text as it is where it is no quantity (the API server then says so). */
export function canonicalQuantity(text: string): string {
  const match = PATTERN.exec(text.trim());
  if (!match) return text;
  const [, sign = "", digits = "0", suffix = ""] = match;
  const binary = BINARY.indexOf(suffix as (typeof BINARY)[number]);
  const nanos = inNanos(digits, suffix, binary);
  if (nanos === undefined) return text;
  if (nanos === 0n) return "0";
  // Below 1 KiB, and for what is no whole number, the binary form has no suffix to offer.
  const usesBinary = binary > 0 && nanos % NANO === 0n && nanos >= 1024n * NANO;
  const exponent = /^[eE][+-]?\d/.test(suffix);
  const body = usesBinary ? binaryForm(nanos / NANO) : decimalForm(nanos, exponent);
  return (sign === "-" ? "-" : "") + body;
}

/** The value in billionths, rounded up as the API server does; undefined for an exponent beyond reason. */
function inNanos(digits: string, suffix: string, binary: number): bigint | undefined {
  const [whole = "", fraction = ""] = digits.split(".");
  const mantissa = BigInt(whole + fraction || "0");
  let power = 9 - fraction.length;
  let factor = 1n;
  if (binary > 0) factor = 1024n ** BigInt(binary);
  else if (/^[eE][+-]?\d/.test(suffix)) power += Number(suffix.slice(1));
  else power += (DECIMAL.indexOf(suffix as (typeof DECIMAL)[number]) - 3) * 3;
  if (Math.abs(power) > 60) return undefined;
  const value = mantissa * factor;
  if (power >= 0) return value * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return (value + divisor - 1n) / divisor;
}

function binaryForm(value: bigint): string {
  let index = 0;
  while (value % 1024n === 0n && index < BINARY.length - 1) {
    value /= 1024n;
    index += 1;
  }
  return `${value}${BINARY[index] ?? ""}`;
}

function decimalForm(nanos: bigint, exponent: boolean): string {
  let index = 0;
  while (nanos % 1000n === 0n && index < DECIMAL.length - 1) {
    nanos /= 1000n;
    index += 1;
  }
  const power = (index - 3) * 3;
  if (exponent) return power === 0 ? `${nanos}` : `${nanos}e${power}`;
  return `${nanos}${DECIMAL[index] ?? ""}`;
}
