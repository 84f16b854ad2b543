/** Forms of the texts and numbers in a configuration: what each must look like, and what to write instead. */
import { z } from "zod";
import { durationProblem } from "../components/durations.ts";
import { labelProblem, subdomainProblem } from "../components/names.ts";
import { show } from "./problems.ts";

/** A text that a function finds nothing wrong with. */
export const checked = (problem: (value: string) => string | undefined) =>
  z.string().check((context) => {
    const message = problem(context.value);
    if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
  });

/** A text of a form; `otherwise` goes on after the value: `is not a URL: write …`. */
export const matching = (pattern: RegExp, otherwise: string) =>
  checked((value) => (pattern.test(value) ? undefined : `${show(value)} ${otherwise}`));

/** A text with something in it. */
export const filledText = matching(/\S/, "is empty: write a value, or leave the key out");

/** A Go duration as Flux takes it: `30s`, `5m`, `1h30m`. */
export const duration = checked(durationProblem);

/** A name that Kubernetes takes as a DNS label: lower case, digits and dashes, at most 63 characters. */
export const label = checked(labelProblem);

/** A name that Kubernetes takes as a DNS subdomain: labels with dots between them, at most 253 characters. */
export const subdomain = checked(subdomainProblem);

/** A repository's name as GitHub takes it; its limit is 100 characters. */
export const repositoryName = matching(
  /^(?!\.{1,2}$)(?!.*\.[gG][iI][tT]$)[A-Za-z0-9._-]{1,100}$/,
  'is not a repository name: use letters, digits, ".", "-" and "_", at most 100 characters, not ending in ".git"',
);

/** A branch's name, in the subset of Git's rules that every host takes. */
export const branchName = matching(
  /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|\/$|\.$))[A-Za-z0-9._/-]{1,200}$/,
  'is not the name of a branch: write "main"',
);

/** What is wrong with an http address without credentials in it. */
export const httpUrlProblem = (value: string): string | undefined =>
  /^https?:\/\/[^\s/@?#]+(\/[^\s?#]*)?$/.test(value) && URL.canParse(value)
    ? undefined
    : `${show(value)} is not a URL without credentials: write "https://example.com/"`;

/** An http address without credentials in it. */
export const httpUrl = checked(httpUrlProblem);

/** An amount of a resource: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantity = z.union([
  matching(
    /^[0-9]+(\.[0-9]+)?([eE][0-9]+|[munkMGTPE]|[KMGTPE]i)?$/,
    'is not a quantity of Kubernetes: write "500m", "2" or "1Gi"',
  ),
  z.number().check((context) => {
    if (context.value >= 0) return;
    const message = `got ${show(context.value)}, which is no amount: write 0 or more`;
    context.issues.push({ code: "custom", message, input: context.value });
  }),
]);

/** Amounts by resource; YAML reads `cpu: 2` as a number. */
export const quantitiesOf = (resource: (name: string) => string | undefined) =>
  z.record(checked(resource), quantity);

/** The same as texts, which is what containers' resources have. */
export const textQuantity = quantity.transform(String);
