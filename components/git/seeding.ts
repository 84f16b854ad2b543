/** What each repository of a platform is seeded with: the values of its placeholders. Pure. */
import { placeholderImage, type SeedValues } from "./seed-values.ts";

/** As much of a platform as seeds have to know. */
export interface SeedingContext {
  readonly owner: string;
  /** Who answers for the repositories, as CODEOWNERS has it. */
  readonly owners: string;
  /** Repositories by name. */
  readonly repositories: Readonly<
    Record<
      string,
      {
        readonly role: "app" | "charts" | "fluxcd";
        readonly delivery?:
          { readonly charts: string; readonly fluxcd: string; readonly environment: string } | undefined;
      }
    >
  >;
  /** Namespaces by environment. */
  readonly namespaces: Readonly<Record<string, string>>;
}

/**
 * The values for one repository. A charts or fluxcd repository holds the chart and the first release of the app that
 * is delivered through it; of the first such app, where there are several.
 *
 * @throws when no app is delivered through it
 */
export function seedValuesOf(repository: string, context: SeedingContext): SeedValues {
  const { owner, owners, repositories, namespaces } = context;
  const apps = Object.entries(repositories).filter(([, { role }]) => role === "app");
  const found = apps.find(
    ([name, { delivery }]) =>
      name === repository || delivery?.charts === repository || delivery?.fluxcd === repository,
  );
  const [app, delivery] = [found?.[0], found?.[1].delivery];
  if (app === undefined || delivery === undefined)
    throw new Error(`no app is delivered through "${repository}"`);
  return {
    app,
    owner,
    owners,
    namespace: namespaces[delivery.environment] ?? delivery.environment,
    appRepository: app,
    chartsRepository: delivery.charts,
    fluxcdRepository: delivery.fluxcd,
    ...placeholderImage,
  };
}
