import { setTimeout as sleep } from "node:timers/promises";
import type { KubeApi } from "./kube-api.ts";
import type { KubeList, KubeObject } from "./kube-types.ts";

/** What a watch calls. Both run in order; an exception in one ends the watch round and starts it anew. */
export interface WatchHandler<T> {
  /** Everything that exists now, after each (re)connection that had to list. */
  readonly onList: (items: readonly T[]) => void;
  /** An object that came or changed, or (`gone`) that ended. */
  readonly onChange: (object: T, gone: boolean) => void;
  /** A round that failed: the API server may be restarting. The watch goes on by itself. */
  readonly onError: (error: unknown) => void;
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/** Milliseconds between two rounds after an error. */
const PAUSE = 500;

/**
 * Lists and then watches a collection until the signal aborts, over broken connections and expired versions.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function watch<T extends KubeObject>(
  api: KubeApi,
  path: string,
  query: Record<string, string>,
  handler: WatchHandler<T>,
  signal: AbortSignal,
): Promise<void> {
  let version: string | undefined;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await api.get<KubeList<T>>(path, query);
        handler.onList(list.items);
        version = list.metadata.resourceVersion;
      }
      version = await watchOnce(api, path, query, version ?? "0", handler, signal);
    } catch (error) {
      if (aborted(signal)) return;
      version = undefined;
      handler.onError(error);
      await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** One watch request; gives the version to go on from, or undefined when it expired. */
async function watchOnce<T extends KubeObject>(
  api: KubeApi,
  path: string,
  query: Record<string, string>,
  from: string,
  handler: WatchHandler<T>,
  signal: AbortSignal,
): Promise<string | undefined> {
  let version: string | undefined = from;
  const onLine = (line: string): void => {
    const event = JSON.parse(line) as WatchEvent<T>;
    if (event.type === "ERROR") {
      version = undefined;
      return;
    }
    version = event.object.metadata.resourceVersion ?? version;
    if (event.type !== "BOOKMARK") handler.onChange(event.object, event.type === "DELETED");
  };
  const parameters = { ...query, watch: "1", allowWatchBookmarks: "true", resourceVersion: from };
  await api.lines(path, parameters, onLine, signal);
  return version;
}

/** A function, since the compiler would take `signal.aborted` for unchanged across an await. */
function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
