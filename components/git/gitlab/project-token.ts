/** A token of one GitLab project, with which CI pushes by HTTPS. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import type { PushToken, PushTokenArgs } from "../git-host.ts";

/**
 * Makes the token; its value is secret, and only the state has it.
 *
 * For another day the provider would rotate it in place, which ends the old one before CI has the new one. A replacement,
 * for another day or by a plan with another generation, makes the new one first, and ends the old one when CI has moved to it.
 *
 * @see https://docs.gitlab.com/user/project/settings/project_access_tokens/
 */
export function projectToken(
  name: string,
  { repository, title, expiresAt, accessLevel, plan }: PushTokenArgs,
  options: pulumi.CustomResourceOptions,
): PushToken {
  const { token, id } = new gitlab.ProjectAccessToken(
    name,
    { project: repository.id, name: title, scopes: ["write_repository"], accessLevel, expiresAt },
    {
      ...options,
      replaceOnChanges: ["expiresAt"],
      // The engine compares it with that of the last run; where that had none, nothing is replaced.
      ...(plan && { replacementTrigger: plan.generation }),
    },
  );
  return { value: pulumi.secret(token), id };
}
