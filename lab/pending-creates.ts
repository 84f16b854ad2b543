/**
 * What a killed Pulumi was just creating. It may exist or not, and Pulumi does not look: it creates it once more, which
 * fails where it exists. Its advice is to edit the exported state, and this does so: each thing is entered with the id
 * that it has if it exists, so that a refresh finds it, or finds it missing and forgets it.
 * https://www.pulumi.com/docs/support/troubleshooting/common-issues/interrupted-updates/
 */

/** A resource in a state, as much of it as matters here. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly id?: string;
}

/** A state as `pulumi stack export` prints it. */
export interface ExportedState {
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
  };
}

/** Finds out the id of a thing that a host numbers by itself; nothing if there is no such thing. */
export type FindId = (resource: StateResource) => Promise<string | undefined>;

/**
 * The state with what was being created entered as created, and no creation pending. What can be created twice
 * without harm, or has no id that could be known, is left out, and so will be created again.
 */
export async function settlePendingCreates(state: ExportedState, findKey: FindId): Promise<ExportedState> {
  const { resources = [], pending_operations: operations = [] } = state.deployment;
  const known = new Set(resources.map(({ urn }) => urn));
  // Of runs that were killed one after the other each has left its note: the last one counts.
  const creating = new Map(
    operations.filter(({ type }) => type === "creating").map(({ resource }) => [resource.urn, resource]),
  );
  const entered: StateResource[] = [];
  for (const resource of creating.values()) {
    if (known.has(resource.urn)) continue;
    const id = idOf(resource) ?? (await findKey(resource));
    if (id !== undefined) entered.push({ ...resource, id });
  }
  const pending = operations.filter(({ type }) => type !== "creating");
  return {
    ...state,
    deployment: {
      ...state.deployment,
      resources: [...resources, ...entered],
      pending_operations: pending,
    },
  };
}

/** The id that follows from a resource's inputs, in the form of the resource's provider. */
export function idOf({ type, inputs = {} }: StateResource): string | undefined {
  if (type.startsWith("kubernetes:")) {
    const { name, namespace } = (inputs["metadata"] ?? {}) as { name?: string; namespace?: string };
    return name === undefined || namespace === undefined ? name : `${namespace}/${name}`;
  }
  const parts = idParts[type]?.(inputs);
  // What is secret is an object here.
  return parts?.every((part) => typeof part === "string" || typeof part === "number")
    ? parts.join(":")
    : undefined;
}

/**
 * The parts of an id, by type. Not among them are keys and tokens, whose values were lost with the answer, secrets, which are set
 * once more, and what the program's own hooks make anew: webhooks and rulesets.
 */
const idParts: Readonly<Record<string, (inputs: Readonly<Record<string, unknown>>) => unknown[]>> = {
  "github:index/repository:Repository": ({ name }) => [name],
  "github:index/actionsVariable:ActionsVariable": ({ repository, variableName }) => [
    repository,
    variableName,
  ],
  "github:index/repositoryEnvironment:RepositoryEnvironment": ({ repository, environment }) => [
    repository,
    escaped(environment),
  ],
  "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": ({
    repository,
    environment,
    variableName,
  }) => [repository, escaped(environment), variableName],
  "github:index/actionsOrganizationVariable:ActionsOrganizationVariable": ({ variableName }) => [
    variableName,
  ],
  "gitlab:index/projectVariable:ProjectVariable": ({ project, key, environmentScope = "*" }) => [
    project,
    key,
    environmentScope,
  ],
  "gitlab:index/groupVariable:GroupVariable": ({ group, key, environmentScope = "*" }) => [
    group,
    key,
    environmentScope,
  ],
  "gitlab:index/projectJobTokenScope:ProjectJobTokenScope": ({ project, targetProjectId }) => [
    project,
    "project",
    targetProjectId,
  ],
  "gitlab:index/branchProtection:BranchProtection": ({ project, branch }) => [project, branch],
  "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals": ({ project }) => [project],
};

/** https://github.com/integrations/terraform-provider-github/blob/v6.11.1/github/util.go */
const escaped = (environment: unknown) =>
  typeof environment === "string" ? environment.replaceAll(":", "??") : environment;
