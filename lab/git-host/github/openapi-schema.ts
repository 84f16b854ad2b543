/**
 * OpenAPI 3.0's schemas as JSON Schema. The differences: `nullable`, `discriminator`, and keywords that are
 * only for readers. https://spec.openapis.org/oas/v3.0.3#schema-object
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

/** Keywords whose values are schemas by names of their own, and so are no keywords themselves. */
const maps = new Set(["properties", "patternProperties", "schemas"]);

/** Keywords that say nothing of what is valid. */
const ignored = new Set([
  "example",
  "examples",
  "description",
  "title",
  "deprecated",
  "readOnly",
  "writeOnly",
  "xml",
  "externalDocs",
  "default",
  "discriminator",
  "nullable",
]);

/**
 * Converts one schema.
 *
 * @param base id of the document that its `#/components/…` is in; none where it is part of that document
 */
export function toJsonSchema(schema: object, base = ""): object {
  return convert(schema as JsonObject, base) as object;
}

/** Converts schemas by name, of one document. */
export function toJsonSchemas(schemas: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]));
}

function convert(value: Json, base: string): Json {
  if (Array.isArray(value)) return value.map((item: Json) => convert(item, base));
  if (typeof value !== "object" || value === null) return value;
  const schema = value as JsonObject;
  if (typeof schema["$ref"] === "string") return { $ref: `${base}${schema["$ref"]}` };
  return nullable(schema, discriminated(schema, base) ?? keywords(schema, base));
}

function keywords(schema: JsonObject, base: string): JsonObject {
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (ignored.has(key) || key.startsWith("x-")) continue;
    if (maps.has(key)) {
      const entries = Object.entries(value as JsonObject).map(
        ([name, item]) => [name, convert(item, base)] as const,
      );
      result[key] = Object.fromEntries(entries);
    } else {
      result[key] = key === "enum" || key === "required" ? value : convert(value, base);
    }
  }
  const alternatives = schema["oneOf"];
  // Null would fit several of these, though it is meant to fit the whole: the whole takes it, below.
  if (Array.isArray(alternatives)) {
    result["oneOf"] = alternatives.map((item: Json) =>
      convert({ ...(item as JsonObject), nullable: false }, base),
    );
  }
  return result;
}

/** With null, where the schema or one of its alternatives takes it. */
function nullable(schema: JsonObject, converted: JsonObject): JsonObject {
  const alternatives = (schema["oneOf"] ?? []) as readonly JsonObject[];
  if (schema["nullable"] !== true && !alternatives.some((item) => item["nullable"] === true))
    return converted;
  return { anyOf: [{ type: "null" }, converted] };
}

/** The alternative that the discriminator's property names; any of them where the property is missing. */
function discriminated(schema: JsonObject, base: string): JsonObject | undefined {
  const discriminator = schema["discriminator"] as
    { propertyName: string; mapping?: Record<string, string> } | undefined;
  if (discriminator?.mapping === undefined) return undefined;
  const { mapping, propertyName } = discriminator;
  const named = { type: "object", required: [propertyName] };
  return {
    if: named,
    then: {
      type: "object",
      properties: { [propertyName]: { enum: Object.keys(mapping) } },
      allOf: Object.entries(mapping).map(([tag, reference]) => ({
        if: { properties: { [propertyName]: { const: tag } } },
        then: { $ref: `${base}${reference}` },
      })),
    },
    else: { anyOf: Object.values(mapping).map((reference) => ({ $ref: `${base}${reference}` })) },
  };
}
