/** Values of CI in the configuration: a short form, and a long one that says who gets the value. */
import { z } from "zod";
import { matching } from "./forms.ts";

/** A CI variable's name; which ones a Git host takes is in `ci-hosts.ts`. */
export const ciName = z.string();

/** An environment's name, or on GitLab a pattern of names; what a host takes of it is in `ci-hosts.ts`. */
const environmentName = matching(
  /^[\w.*/${}-]([\w.*/${} -]{0,253}[\w.*/${}-])?$/,
  'is not the name of an environment: write "production", of letters, digits, spaces and "-_./", at most 255 characters',
);

/** What the values of a group can say of themselves. */
const group = {
  /** Whether only jobs of protected branches and tags get it. */
  protected: z.boolean().optional(),
  /** Whether job logs show stars for it. */
  masked: z.boolean().optional(),
};

/** What the values of a repository can say of themselves. */
const repository = {
  /** The environment whose jobs get it; all jobs, unless given. */
  environment: environmentName.optional(),
  ...group,
};

/** Name of the secret's value in `slipway:ciSecrets`; its own name, unless given. */
const from = ciName.optional();

const variable = z.strictObject({ value: z.string(), ...repository });

/** A variable of a repository: its value, or that with who gets it, or a list of these with an environment each. */
export const ciVariableSchema = z.union([z.string(), variable, z.array(variable)]);

/** A secret of a repository: its name, or that with who gets it. A name may be there once for each environment. */
export const ciSecretSchema = z.union([ciName, z.strictObject({ name: ciName, from, ...repository })]);

/** A variable of the group or organisation. */
export const groupVariableSchema = z.union([z.string(), z.strictObject({ value: z.string(), ...group })]);

/** A secret of the group or organisation. */
export const groupSecretSchema = z.union([ciName, z.strictObject({ name: ciName, from, ...group })]);

export type CiVariable = z.infer<typeof ciVariableSchema>;
export type CiSecret = z.infer<typeof ciSecretSchema>;
