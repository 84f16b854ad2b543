/** CI variables and secrets on GitLab, where both are variables: of a project, of its environments, and of the group. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { stackName } from "../../stack-name.ts";
import { foundName } from "../adoption.ts";
import type { CiSettings, CiValueArgs, GroupValueArgs } from "../git-host.ts";
import { maskableValue, shortValue } from "./values.ts";

type Options = pulumi.CustomResourceOptions;

/** A value, and whether it is a secret. */
interface Kind {
  readonly secret: boolean;
}

/** Settings that a variable which is taken over may have otherwise; the run after that sets them. */
const settledLater = ["description", "masked", "protected", "raw", "value", "variableType"];

/** A value of a project: https://docs.gitlab.com/api/project_level_variables/ */
export function projectValue(name: string, args: CiValueArgs & Kind, options: Options): pulumi.Resource {
  const { repository, key, environment } = args;
  const { foundId, foundVariables } = repository;
  const exists = foundId !== undefined && foundVariables.includes(foundName(key, environment?.environment));
  return new gitlab.ProjectVariable(
    name,
    {
      project: repository.id,
      key,
      ...settingsOf(args),
      ...(environment && { environmentScope: environment.name }),
    },
    {
      ...options,
      ...secretOutputs(args),
      ...(exists && {
        import: `${foundId}:${key}:${environment?.environment ?? "*"}`,
        ignoreChanges: settledLater,
      }),
    },
  );
}

/**
 * A value of the group, for every project that it owns: https://docs.gitlab.com/api/group_level_variables/
 *
 * Its description says which stack has set it, by which a later run knows it again.
 */
export function groupValue(
  name: string,
  args: Omit<GroupValueArgs, "repositories"> & Kind & { readonly group: pulumi.Input<string> },
  options: Options,
): pulumi.Resource {
  const { group, key } = args;
  return new gitlab.GroupVariable(
    name,
    { group, key, ...settingsOf(args), description: groupValueMark() },
    { ...options, ...secretOutputs(args) },
  );
}

/** How a group's value says whose it is. */
export const groupValueMark = (): string => `Set by Slipway: ${stackName()}`;

/** The value in the form that GitLab takes, with what becomes of it. */
function settingsOf({ key, value, secret, ...settings }: CiSettings & Kind & ValueOf) {
  const masked = settings.masked ?? secret;
  const text = secret ? pulumi.secret(value) : pulumi.output(value);
  return {
    value: text.apply((plain) => {
      if (masked) return maskableValue(key, plain);
      return secret ? shortValue(key, plain) : plain;
    }),
    masked,
    protected: settings.protected ?? secret,
    // Raw: a `$` in a value is no variable.
    raw: true,
    variableType: "env_var",
  };
}

type ValueOf = Pick<CiValueArgs, "key" | "value">;

/** The provider does not know that a value may be secret. */
const secretOutputs = ({ secret }: Kind): Options => (secret ? { additionalSecretOutputs: ["value"] } : {});
