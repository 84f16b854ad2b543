import { createHash } from "node:crypto";
import { parse } from "yaml";

/** What is looked at of a Kubernetes object here. */
interface KubernetesObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: {
    readonly name?: unknown;
    readonly namespace?: unknown;
    readonly labels?: Readonly<Record<string, unknown>>;
  };
}

/** A document of a manifest, as text and parsed. */
interface Document {
  readonly text: string;
  readonly object: KubernetesObject;
}

/** The objects of a manifest. Comments and empty documents are none. @throws when it is no YAML */
export function documentsOf(manifest: string): Document[] {
  return manifest
    .split(/^---.*$/m)
    .map((text) => ({ text: text.trim(), object: parse(text) as unknown }))
    .filter(
      (document): document is Document => typeof document.object === "object" && document.object !== null,
    );
}

/**
 * The manifest without what belongs to some of Flux's components, which all of their objects say by a label of
 * their own.
 */
export function withoutComponents(manifest: string, components: readonly string[]): string {
  if (components.length === 0) return manifest;
  const kept = documentsOf(manifest).filter(({ object }) => {
    const component = object.metadata?.labels?.["app.kubernetes.io/component"];
    return typeof component !== "string" || !components.includes(component);
  });
  return `${kept.map(({ text }) => text).join("\n---\n")}\n`;
}

/**
 * SHA-256 of what a manifest means: every object as JSON with sorted keys, the objects in the order of their kinds
 * and names. Comments, layout and the order of documents do not count.
 */
export function contentHash(manifest: string): string {
  const objects = documentsOf(manifest).map(({ object }) => ({ id: idOf(object), text: canonical(object) }));
  objects.sort((a, b) => (a.id < b.id ? -1 : 1));
  const hash = createHash("sha256");
  for (const { text } of objects) hash.update(text).update("\n");
  return hash.digest("hex");
}

function idOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return JSON.stringify([apiVersion, kind, metadata?.namespace, metadata?.name]);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
