/** What a killed run, or a state that was lost, has left among a GitLab group's variables. */
import { findGitLabGroupVariable, removeGitLabGroupVariable, type GitLabApi } from "./api.ts";

/** A variable of a group as it is to be set: its description says whose it is. */
export interface WantedGroupVariable {
  readonly group: string;
  readonly key: string;
  readonly description: string;
}

/**
 * Removes a group's variable that carries this stack's description.
 *
 * @throws when there is one with another description: somebody else has set it
 */
export async function removeOwnGroupVariable(
  api: GitLabApi,
  { group, key, description }: WantedGroupVariable,
): Promise<void> {
  const found = await findGitLabGroupVariable(api, group, key);
  if (found === undefined) return;
  if (found.description !== description) {
    throw new Error(
      `the CI variable ${key} of the group exists already, and this stack did not set it: choose another name, or remove ` +
        "it on the host, then run `pulumi up` again",
    );
  }
  await removeGitLabGroupVariable(api, group, key);
}
