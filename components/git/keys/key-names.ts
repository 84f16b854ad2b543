/** What the keys and tokens of a stack are called in its configuration and its outputs. Pure: no Pulumi here. */

/** The key that Flux reads a source with: called as the source, whose name is the only one in a stack. */
export const sourceKeyName = (source: string): string => source;

/** The key that an app's CI reads the charts with, where the host needs one. */
export const readingKeyName = (app: string): string => `${app} reads charts`;

/** The key, or the project's token, that an app's CI writes the manifests with. */
export const writingKeyName = (app: string): string => `${app} writes fluxcd`;

/** The token with which the Git host tells Flux of pushes to a repository. */
export const webhookTokenName = (repository: string): string => `${repository} webhook`;

/** A key or token that a stack may have. */
export interface NamedKey {
  readonly name: string;
  /** What it is: a key of one repository, a token with which CI writes one, or what proves who calls a webhook. */
  readonly kind: "deployKey" | "projectToken" | "webhookToken";
  /** The app whose CI has it, where it is a project's token. */
  readonly app?: string;
}

/** As much of a configuration as names keys. */
interface Keyed {
  readonly flux?: { readonly receiver?: unknown };
  readonly repositories: Readonly<Record<string, { readonly delivery?: { readonly identity?: unknown } }>>;
  readonly environments: Readonly<
    Record<string, { readonly sources?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }>
  >;
}

/** All keys and tokens that a stack may have, whatever its Git host. A token of the user's own is none of them. */
export function namedKeys({ flux = {}, repositories, environments }: Keyed): NamedKey[] {
  const followed = Object.values(environments).flatMap(({ sources = {} }) =>
    Object.entries(sources).flatMap(([source, { repository }]) =>
      typeof repository === "string" ? [{ source, repository }] : [],
    ),
  );
  const receiving = (flux.receiver ?? false) !== false;
  const hooked = receiving ? new Set(followed.map(({ repository }) => repository)) : [];
  return [
    ...followed.map(({ source }) => deployKey(sourceKeyName(source))),
    ...Object.entries(repositories).flatMap(([app, { delivery }]) =>
      delivery === undefined
        ? []
        : [deployKey(readingKeyName(app)), ...writingKeys(app, delivery.identity ?? "deployKey")],
    ),
    ...[...hooked].map((repository): NamedKey => {
      return { name: webhookTokenName(repository), kind: "webhookToken" };
    }),
  ];
}

function writingKeys(app: string, identity: unknown): NamedKey[] {
  const name = writingKeyName(app);
  if (identity === "personalToken") return [];
  return [identity === "projectToken" ? { name, kind: identity, app } : deployKey(name)];
}

const deployKey = (name: string): NamedKey => ({ name, kind: "deployKey" });
