import { objectsAt, textAt, type JsonObject } from "../values.ts";
import { ApiError, type Api } from "./api.ts";
import { apiVersion, knownNamespaced, type Gvk } from "./kinds.ts";

/** Where a kind's objects are in the REST API. */
export interface Resource {
  readonly gvk: Gvk;
  /** The path of a collection up to its namespace: /apis/GROUP/VERSION. */
  readonly root: string;
  /** The plural name in paths. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The server does not serve a kind. */
export class NoSuchKindError extends Error {
  constructor(gvk: Gvk, address: string) {
    super(
      `the API server at ${address} serves no kind ${gvk.kind} in ${apiVersion(gvk)}: ` +
        "is its CustomResourceDefinition installed, and does the resource depend on it?",
    );
    this.name = "NoSuchKindError";
  }
}

interface Fetched {
  readonly at: number;
  readonly resources: Promise<readonly Resource[]>;
}

/** A list is not asked for again before this many milliseconds, however many resources miss their kind in it. */
const MISS_INTERVAL_MS = 250;

/**
 * The kinds that the server serves, asked for a group and version at a time and kept. A kind that is missing is asked
 * for again, because CRDs appear during an update.
 */
export class Discovery {
  readonly #api: Api;
  readonly #fetched = new Map<string, Fetched>();
  readonly #planned = new Map<string, boolean>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Finds a kind. Errors with a `NoSuchKindError` when the server does not serve it. */
  async find(gvk: Gvk): Promise<Resource> {
    const version = apiVersion(gvk);
    for (;;) {
      const known = this.#fetched.get(version);
      const stale = known === undefined || Date.now() - known.at >= MISS_INTERVAL_MS;
      const current = known ?? this.#fetch(gvk, version);
      const found = (await current.resources).find((resource) => resource.gvk.kind === gvk.kind);
      if (found) return found;
      if (known === undefined || !stale) throw new NoSuchKindError(gvk, this.#api.address);
      if (this.#fetched.get(version) === known) this.#fetched.delete(version);
    }
  }

  /** Whether the server serves the kind. */
  async serves(gvk: Gvk): Promise<boolean> {
    try {
      await this.find(gvk);
      return true;
    } catch (error) {
      if (error instanceof NoSuchKindError) return false;
      throw error;
    }
  }

  /** Remembers the scope of the kind that a CRD of this program will define. */
  plan(crd: JsonObject): void {
    const group = textAt(crd, "spec", "group");
    const kind = textAt(crd, "spec", "names", "kind");
    if (group !== "" && kind !== "") {
      this.#planned.set(`${group}/${kind}`, textAt(crd, "spec", "scope") !== "Cluster");
    }
  }

  /** Whether the kind's objects live in namespaces; taken to be so where nobody can say. */
  async isNamespaced(gvk: Gvk, reachable: boolean): Promise<boolean> {
    const known = knownNamespaced(gvk) ?? this.#planned.get(`${gvk.group}/${gvk.kind}`);
    if (known !== undefined) return known;
    if (!reachable) return true;
    try {
      return (await this.find(gvk)).namespaced;
    } catch (error) {
      if (error instanceof NoSuchKindError) return true;
      throw error;
    }
  }

  /** Forgets what a changed CRD may have changed. */
  forget(group: string): void {
    for (const version of this.#fetched.keys()) {
      if (version.startsWith(`${group}/`)) this.#fetched.delete(version);
    }
  }

  #fetch(gvk: Gvk, version: string): Fetched {
    const root = gvk.group === "" ? `/api/${gvk.version}` : `/apis/${gvk.group}/${gvk.version}`;
    const resources = this.#list(root, gvk);
    const fetched = { at: Date.now(), resources };
    this.#fetched.set(version, fetched);
    resources.catch(() => {
      if (this.#fetched.get(version) === fetched) this.#fetched.delete(version);
    });
    return fetched;
  }

  async #list(root: string, { group, version }: Gvk): Promise<readonly Resource[]> {
    let list: JsonObject;
    try {
      list = await this.#api.send({ method: "GET", path: root });
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return [];
      throw error;
    }
    return objectsAt(list, "resources")
      .filter((item) => !textAt(item, "name").includes("/"))
      .map((item) => ({
        gvk: { group, version, kind: textAt(item, "kind") },
        root,
        plural: textAt(item, "name"),
        namespaced: item["namespaced"] === true,
      }));
  }
}

/** The path of a collection; of all namespaces where none is given. */
export function collectionPath(resource: Resource, namespace: string): string {
  const scope = resource.namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${resource.root}${scope}/${resource.plural}`;
}

/** The path of one object. */
export function objectPath(resource: Resource, namespace: string, name: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}
