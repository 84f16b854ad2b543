import type { KubeApi } from "../cluster/kube-api.ts";
import type { DataSource } from "./environment.ts";

/** Reads the ConfigMaps and Secrets of a namespace from the API. */
export function dataSource(api: KubeApi, namespace: string): DataSource {
  const base = `/api/v1/namespaces/${namespace}`;
  return {
    configMap: async (name) => {
      const map = await api.find<{ data?: Record<string, string> }>(`${base}/configmaps/${name}`);
      return map && (map.data ?? {});
    },
    secret: async (name) => {
      const secret = await api.find<{ data?: Record<string, string> }>(`${base}/secrets/${name}`);
      return (
        secret &&
        Object.fromEntries(
          Object.entries(secret.data ?? {}).map(([key, value]) => [
            key,
            Buffer.from(value, "base64").toString(),
          ]),
        )
      );
    },
  };
}
