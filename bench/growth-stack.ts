/** The configuration of a stack with many environments. Pure. */

/** How many syncs each environment has. */
export const syncsEach = 4;

/** The public repository that the syncs read, and the folders in it. */
export const extras = {
  repository: "extras",
  folders: ["alerts", "dashboards", "policies", "quotas"],
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
 * The lab's stack with other environments: each has a namespace, a source with a key of its own, a public source, and
 * syncs of that. The app itself is in the first one only, since its port on the nodes is there once in a cluster.
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
      "slipway:environments": Object.fromEntries(
        names.map((name, index) => [name, environment(name, extrasUrl, index === 0)]),
      ),
    },
  };
}

/** All of them are objects in Flux's namespace, so each has the environment in its name. */
function environment(name: string, extrasUrl: string, withApp: boolean): object {
  const [app, others] = [`flux-cd-${name}`, `${extras.repository}-${name}`];
  const folders = extras.folders.slice(0, withApp ? syncsEach - 1 : syncsEach);
  return {
    sources: { [app]: { repository: "flux-cd" }, [others]: { url: extrasUrl, branch: "main" } },
    syncs: {
      ...(withApp && { [`spring-app-${name}`]: { source: app, path: "apps/spring-app" } }),
      ...Object.fromEntries(folders.map((folder) => [`${folder}-${name}`, { source: others, path: folder }])),
    },
  };
}
