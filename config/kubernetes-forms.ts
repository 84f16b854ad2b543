/** Forms of Kubernetes' and Flux's own that only environments have. */
import { durationProblem } from "../components/durations.ts";
import { subdomainProblem } from "../components/names.ts";
import { matching } from "./forms.ts";
import { show } from "./problems.ts";

/** Up to 63 letters, digits, ".", "-" and "_" that begin and end with a letter or digit. */
const labelText = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/**
 * What is wrong with a label's key, or an annotation's: a name, and before it the DNS domain of whoever defines it.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function labelKeyProblem(key: string): string | undefined {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  if (!labelText.test(name)) {
    return (
      `${show(key)} is not the key of a label: use letters, digits, ".", "-" and "_", at most 63 characters, ` +
      'as in "team" or "example.com/team"'
    );
  }
  const prefix = key.slice(0, Math.max(slash, 0));
  const problem = slash === -1 ? undefined : subdomainProblem(prefix);
  return problem === undefined ? undefined : `what is before the "/" must be a domain: ${problem}`;
}

/** The same of a label that one's own namespace is to have: Kubernetes itself writes its name there. */
export function ownLabelKeyProblem(key: string): string | undefined {
  if (key !== "kubernetes.io/metadata.name") return labelKeyProblem(key);
  return `${show(key)} is written by Kubernetes: remove it`;
}

/** The version of an API as manifests have it. */
export const apiVersion = matching(
  /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?v[0-9]+((alpha|beta)[0-9]+)?$/,
  'is not the version of an API: write "apps/v1"',
);

/** The kind of an object as manifests have it. */
export const kind = matching(/^[A-Z][A-Za-z0-9]{0,62}$/, 'is not a kind of objects: write "Deployment"');

/** Whatever can be part of an object's path: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names */
export const objectName = matching(
  /^(?!\.{1,2}$)[^\s/%]{1,253}$/,
  "is not the name of an object: write it as `kubectl get` prints it",
);

/** What is wrong with a label's value; it may be empty. */
export function labelValueProblem(value: string): string | undefined {
  if (value === "" || labelText.test(value)) return undefined;
  return (
    `${show(value)} is not the value of a label: use letters, digits, ".", "-" and "_", at most 63 characters, ` +
    "or put it into the annotations"
  );
}

/** What is wrong with the timeout of a fetch, which Flux's API takes in ms, s and m only. */
export function fetchTimeoutProblem(value: string): string | undefined {
  const problem = durationProblem(value);
  if (problem !== undefined || !value.includes("h")) return problem;
  return `${show(value)} is too long for one fetch: Flux takes ms, s and m here`;
}
