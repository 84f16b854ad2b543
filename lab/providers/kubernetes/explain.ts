import { at, isObject, objectsAt, textAt, type JsonObject } from "../values.ts";
import type { Cluster, ObjectRef } from "./cluster.ts";
import { describeCondition } from "./readiness.ts";

const MAX_EVENTS = 5;
const MAX_PODS = 5;

/**
 * Lines that tell the user why an object is not ready: its conditions, what is wrong with its pods, and the last
 * warnings about both. What cannot be read is left out.
 */
export async function explain(cluster: Cluster, ref: ObjectRef, object: JsonObject): Promise<string[]> {
  const conditions = objectsAt(object, "status", "conditions").map(
    (item) => `condition ${describeCondition(item)}`,
  );
  const pods = await quietly(podsOf(cluster, ref, object));
  const names = [ref.name, ...pods.map((pod) => textAt(pod, "metadata", "name"))];
  const events = await quietly(warnings(cluster, ref, names));
  return [...conditions, ...pods.flatMap(describePod), ...events];
}

async function quietly<T>(work: Promise<T[]>): Promise<T[]> {
  try {
    return await work;
  } catch {
    return [];
  }
}

async function podsOf(cluster: Cluster, ref: ObjectRef, object: JsonObject): Promise<JsonObject[]> {
  const labels = at(object, "spec", "selector", "matchLabels") ?? at(object, "spec", "selector");
  if (!isObject(labels) || ref.namespace === "") return [];
  const pairs = Object.entries(labels).flatMap(([key, value]) =>
    typeof value === "string" ? [`${key}=${value}`] : [],
  );
  if (pairs.length === 0) return [];
  const resource = await cluster.discovery.find({ group: "", version: "v1", kind: "Pod" });
  const labelSelector = pairs.join(",");
  return objectsAt(await cluster.list(resource, ref.namespace, { labelSelector }), "items").slice(
    0,
    MAX_PODS,
  );
}

/** What keeps a pod from being ready; nothing for one that is. */
export function describePod(pod: JsonObject): string[] {
  const name = textAt(pod, "metadata", "name");
  const conditions = objectsAt(pod, "status", "conditions");
  if (conditions.some((item) => textAt(item, "type") === "Ready" && textAt(item, "status") === "True"))
    return [];
  const containers = [
    ...objectsAt(pod, "status", "initContainerStatuses"),
    ...objectsAt(pod, "status", "containerStatuses"),
  ].flatMap((container) => {
    const state = at(container, "state", "waiting") ?? at(container, "state", "terminated");
    const reason = textAt(state, "reason");
    if (reason === "" || reason === "ContainerCreating" || reason === "Completed") return [];
    return [
      `pod ${name}, container ${textAt(container, "name")}: ${reason} ${textAt(state, "message")}`.trimEnd(),
    ];
  });
  if (containers.length > 0) return containers;
  const unmet = conditions.filter(
    (item) => textAt(item, "status") !== "True" && textAt(item, "message") !== "",
  );
  return unmet.length > 0
    ? unmet.slice(0, 1).map((item) => `pod ${name}: ${describeCondition(item)}`)
    : [`pod ${name} is ${textAt(pod, "status", "phase") || "not scheduled"}`];
}

async function warnings(cluster: Cluster, ref: ObjectRef, names: readonly string[]): Promise<string[]> {
  const resource = await cluster.discovery.find({ group: "", version: "v1", kind: "Event" });
  const list = await cluster.list(resource, ref.namespace || "default", { fieldSelector: "type=Warning" });
  return objectsAt(list, "items")
    .filter((event) => names.includes(textAt(event, "involvedObject", "name")))
    .toSorted((left, right) => eventTime(left).localeCompare(eventTime(right)))
    .slice(-MAX_EVENTS)
    .map((event) => {
      const subject = `${textAt(event, "involvedObject", "kind")} ${textAt(event, "involvedObject", "name")}`;
      return `event on ${subject}: ${textAt(event, "reason")}: ${textAt(event, "message")}`;
    });
}

function eventTime(event: JsonObject): string {
  return (
    textAt(event, "lastTimestamp") ||
    textAt(event, "eventTime") ||
    textAt(event, "metadata", "creationTimestamp")
  );
}
