/** What the keys of a stack are called in its configuration and its outputs. Pure: no Pulumi here. */

/** The key that Flux reads a source with: called as the source, whose name is the only one in a stack. */
export const sourceKeyName = (source: string): string => source;

/** The key that an app's CI reads the charts with, where the host needs one. */
export const readingKeyName = (app: string): string => `${app} reads charts`;

/** The key that an app's CI writes the manifests with. */
export const writingKeyName = (app: string): string => `${app} writes fluxcd`;

/** As much of a configuration as names keys. */
interface Keyed {
  readonly repositories: Readonly<Record<string, { readonly delivery?: unknown }>>;
  readonly environments: Readonly<
    Record<string, { readonly sources?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }>
  >;
}

/** The names of all keys that a stack may have, whatever its Git host. */
export function keyNames({ repositories, environments }: Keyed): string[] {
  const sources = Object.values(environments).flatMap(({ sources = {} }) =>
    Object.entries(sources).flatMap(([source, { repository }]) =>
      repository === undefined ? [] : [sourceKeyName(source)],
    ),
  );
  const apps = Object.entries(repositories).flatMap(([app, { delivery }]) =>
    delivery === undefined ? [] : [readingKeyName(app), writingKeyName(app)],
  );
  return [...sources, ...apps];
}
