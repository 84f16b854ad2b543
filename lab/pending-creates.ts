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
  const entered: StateResource[] = [];
  for (const { type, resource } of operations) {
    if (type !== "creating" || known.has(resource.urn)) continue;
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
  const { project, key, environmentScope = "*", targetProjectId } = inputs;
  if (typeof project === "string") {
    if (type === "gitlab:index/projectVariable:ProjectVariable")
      return `${project}:${String(key)}:${String(environmentScope)}`;
    if (type === "gitlab:index/projectJobTokenScope:ProjectJobTokenScope")
      return `${project}:project:${String(targetProjectId)}`;
  }
  const { name, repository, variableName } = inputs as Readonly<Record<string, string | undefined>>;
  if (type === "github:index/repository:Repository") return name;
  if (type === "github:index/actionsVariable:ActionsVariable" && repository !== undefined)
    return variableName === undefined ? undefined : `${repository}:${variableName}`;
  return undefined;
}
