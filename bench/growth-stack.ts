/** The configuration of a stack with many environments. Pure. */

/** How many syncs each environment has. */
export const syncsEach = 4;

/** The public repository that most of the syncs read, and the folders in it. */
export const extras = {
  repository: "extras",
  folders: ["alerts", "dashboards", "policies"],
} as const;

/** The files of that repository: one small object in each folder. */
export function extraFiles(): Record<string, string> {
  return Object.fromEntries(
    extras.folders.map((folder) => [
      `${folder}/configmap.yaml`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${folder} }\ndata: { key: value }\n`,
    ]),
  );
}

/** The file of a stack, as Pulumi reads it. */
export interface StackFile {
  readonly encryptionsalt?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * The lab's stack with other environments: each has a namespace, a source with a key of its own and one sync of the app,
 * a public source and three syncs of that.
 *
 * @param base the file of the stack `dev`
 * @param extrasUrl where the public repository is
 */
export function growthStack(base: StackFile, environments: number, extrasUrl: string): StackFile {
  const names = Array.from({ length: environments }, (_, index) => `e${String(index + 1).padStart(3, "0")}`);
  const repositories = base.config["slipway:repositories"] as Record<string, Record<string, unknown>>;
  return {
    ...base,
    config: {
      ...base.config,
      "slipway:repositories": Object.fromEntries(
        Object.entries(repositories).map(([name, repository]) => [
          name,
          "delivery" in repository
            ? { ...repository, delivery: { ...(repository["delivery"] as object), environment: names[0] } }
            : repository,
        ]),
      ),
      "slipway:environments": Object.fromEntries(names.map((name) => [name, environment(name, extrasUrl)])),
    },
  };
}

/** All of them are objects in Flux's namespace, so each has the environment in its name. */
function environment(name: string, extrasUrl: string): object {
  const [app, others] = [`flux-cd-${name}`, `${extras.repository}-${name}`];
  return {
    sources: { [app]: { repository: "flux-cd" }, [others]: { url: extrasUrl, branch: "main" } },
    syncs: {
      [`spring-app-${name}`]: { source: app, path: "apps/spring-app" },
      ...Object.fromEntries(
        extras.folders.map((folder) => [`${folder}-${name}`, { source: others, path: folder }]),
      ),
    },
  };
}
