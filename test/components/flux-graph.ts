/** What the mocks do not show of a registration: its edges, its options and when it came. */
import * as pulumi from "@pulumi/pulumi";

/** One registration of a resource, or of a component's outputs, as the engine gets it. */
export interface Registration {
  readonly name: string;
  /** Names of the resources it waits for, through `dependsOn` or an input. */
  readonly dependencies: readonly string[];
  /** Names of the resources that each input comes from. */
  readonly inputSources: Readonly<Record<string, readonly string[]>>;
  readonly timeouts:
    { readonly create: string; readonly update: string; readonly delete: string } | undefined;
  readonly secretOutputs: readonly string[];
  /** Whether destroying the stack leaves the resource where it is. */
  readonly retainOnDelete: boolean;
  /** What replaces the resource when it changes; nothing does, unless given. */
  readonly replacementTrigger: unknown;
  /** Properties whose change replaces the resource, whatever the provider says. */
  readonly replaceOnChanges: readonly string[];
  /** Names of the hooks that are called when it fails. */
  readonly onFailure: readonly string[];
  /** Names of the hooks that run right before it is made. */
  readonly beforeCreate: readonly string[];
  /** Names of the hooks that run right after it was made. */
  readonly afterCreate: readonly string[];
}

/** The parts of the engine's protocol that are read here. */
interface RegisterRequest {
  getName(): string;
  getDependenciesList(): string[];
  getPropertydependenciesMap(): { toArray(): [property: string, urns: [string[]]][] };
  getAdditionalsecretoutputsList(): string[];
  getRetainondelete(): boolean;
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
  getReplaceonchangesList(): string[];
  getHooks():
    | { getOnErrorList(): string[]; getBeforeCreateList(): string[]; getAfterCreateList(): string[] }
    | undefined;
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string } | undefined;
}

type Send<Request> = (request: Request, ...rest: unknown[]) => unknown;

interface Monitor {
  registerResource: Send<RegisterRequest>;
  registerResourceOutputs: Send<{ getUrn(): string }>;
}

/** What has been registered, in its order; a component's outputs as "outputs of <name>". */
export interface Graph {
  readonly registrations: Map<string, Registration>;
  readonly order: string[];
}

/** Starts watching the registrations; call it after `record`. */
export function watchGraph(): Graph {
  const graph: Graph = { registrations: new Map(), order: [] };
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    const timeouts = request.getCustomtimeouts();
    const name = request.getName();
    graph.order.push(name);
    graph.registrations.set(name, {
      name,
      dependencies: request.getDependenciesList().map(nameOf).sort(),
      inputSources: inputSources(request),
      timeouts: timeouts && {
        create: timeouts.getCreate(),
        update: timeouts.getUpdate(),
        delete: timeouts.getDelete(),
      },
      secretOutputs: request.getAdditionalsecretoutputsList(),
      retainOnDelete: request.getRetainondelete(),
      replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
      replaceOnChanges: request.getReplaceonchangesList(),
      onFailure: request.getHooks()?.getOnErrorList() ?? [],
      beforeCreate: request.getHooks()?.getBeforeCreateList() ?? [],
      afterCreate: request.getHooks()?.getAfterCreateList() ?? [],
    });
    return register(request, ...rest);
  };
  monitor.registerResourceOutputs = (request, ...rest) => {
    graph.order.push(`outputs of ${nameOf(request.getUrn())}`);
    return registerOutputs(request, ...rest);
  };
  return graph;
}

function inputSources(request: RegisterRequest): Record<string, string[]> {
  const entries = request.getPropertydependenciesMap().toArray();
  return Object.fromEntries(entries.map(([property, [urns]]) => [property, urns.map(nameOf).sort()]));
}

/** Waits until everything that is under way has been registered, a component's outputs too. */
export function allRegistered(): Promise<void> {
  // Pulumi's own end of a program waits so; its types do not show it.
  return (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

/** Names of the resources that an output comes from. */
export async function sourcesOf(output: pulumi.Output<unknown>): Promise<string[]> {
  const internal = output as unknown as { allResources?: () => Promise<Set<pulumi.Resource>> };
  const resources = [...((await internal.allResources?.()) ?? [])];
  const urns = await Promise.all(resources.map((resource) => urnOf(resource)));
  return urns.map(nameOf).sort();
}

/** Number of children that a component has the moment its constructor returns. */
export function childCount(component: pulumi.ComponentResource): number {
  return (component as unknown as { __childResources?: Set<unknown> }).__childResources?.size ?? 0;
}

/** The mark that Pulumi puts on a secret on its way to the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** The value of a secret input. Throws when it is not marked as one. */
export function unwrapped(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !(secretMark in input)) throw new Error("not a secret");
  return (input as { value?: unknown }).value;
}

function urnOf(resource: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => resource.urn.apply(resolve));
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
