import { parseAllDocuments } from "yaml";
import { refuse } from "../problems.ts";
import { type FluxObject, objectKey } from "./objects.ts";

/**
 * Reads Flux's install manifest (`install.yaml` of a release, or what `flux install --export` prints) into objects,
 * in the order of the text. A JSON array of the same objects is read too, and some hundred times as fast: reading
 * 11 CRDs as YAML takes a quarter of a second.
 *
 * @param text the manifest: YAML documents, or one JSON array
 * @param where what to call the text in an error: the path or URL it came from
 * @throws Error listing every document that is not YAML, not a Kubernetes object, or there twice
 */
export function parseManifest(text: string, where = "Flux manifest"): FluxObject[] {
  const documents = text.trimStart().startsWith("[")
    ? jsonDocuments(text, where)
    : yamlDocuments(text, where);
  const problems: string[] = [];
  const objects: FluxObject[] = [];
  const seen = new Set<string>();
  for (const [index, document] of documents.entries()) {
    const problem = objectProblem(document);
    if (problem !== undefined) {
      problems.push(`document ${index + 1}: ${problem}`);
      continue;
    }
    const object = document as FluxObject;
    if (seen.has(objectKey(object)))
      problems.push(`document ${index + 1}: ${objectKey(object)} is there twice`);
    seen.add(objectKey(object));
    objects.push(object);
  }
  if (documents.length === 0) problems.push("it has no objects: is this Flux's install.yaml?");
  refuse(`${where} is not a manifest of Kubernetes objects`, problems);
  return objects;
}

function yamlDocuments(text: string, where: string): unknown[] {
  const documents = parseAllDocuments(text);
  const list = Array.isArray(documents) ? documents : [];
  refuse(
    `${where} is not YAML`,
    list.flatMap((document) => document.errors.map((error) => error.message.split("\n")[0] ?? error.message)),
  );
  return list
    .map((document) => document.toJS() as unknown)
    .filter((value) => value !== null && value !== undefined);
}

function jsonDocuments(text: string, where: string): unknown[] {
  try {
    return JSON.parse(text) as unknown[];
  } catch (error) {
    throw new Error(`${where} starts as a JSON array and is not one: ${String(error)}`, { cause: error });
  }
}

/** What keeps a value from being an object that can be installed; undefined when nothing does. */
function objectProblem(value: unknown): string | undefined {
  if (!isRecord(value))
    return `it is ${Array.isArray(value) ? "a list" : JSON.stringify(value)}, not an object`;
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return "it has no apiVersion and kind";
  if (kind === "List") return "a List is not taken: give its items as documents of their own";
  if (!isRecord(metadata) || typeof metadata["name"] !== "string") return `this ${kind} has no metadata.name`;
  if (kind === "Deployment") return deploymentProblem(value, metadata["name"]);
  return undefined;
}

/** The transforms go deep into a Deployment: what they rely on is checked here, once. */
function deploymentProblem(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const template = isRecord(value["spec"]) ? value["spec"]["template"] : undefined;
  const podSpec = isRecord(template) ? template["spec"] : undefined;
  const containers = isRecord(podSpec) ? podSpec["containers"] : undefined;
  if (!Array.isArray(containers) || containers.length === 0) return `Deployment ${name} has no containers`;
  const unnamed = containers.some(
    (container) => !isRecord(container) || typeof container["image"] !== "string",
  );
  return unnamed ? `Deployment ${name} has a container without an image` : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
