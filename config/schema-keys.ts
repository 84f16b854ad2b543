/** The keys that the schema has at a path, for «did you mean». */
import { stackSchema } from "./schema.ts";

/** As much of a schema's description of itself as is read here: https://zod.dev/packages/core#internals */
interface Schema {
  readonly def: {
    readonly innerType?: Schema;
    readonly keyType?: Schema;
    readonly valueType?: Schema;
    readonly element?: Schema;
    readonly options?: readonly Schema[];
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly entries?: Readonly<Record<string, string>>;
  };
}

/** The keys that an object at this path may have; none where any key will do, or where there is no object. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  const schema = path.reduce<Schema | undefined>(
    (at, step) => at && below(at, String(step)),
    stackSchema as unknown as Schema,
  );
  const { shape, keyType } = objectIn(schema)?.def ?? {};
  return Object.keys(shape ?? keyType?.def.entries ?? {});
}

function below(schema: Schema, step: string): Schema | undefined {
  const { valueType, element, shape } = objectIn(schema)?.def ?? {};
  return valueType ?? element ?? shape?.[step];
}

/** What is left without default and optional; of several forms, the one that has keys. */
function objectIn(schema: Schema | undefined): Schema | undefined {
  const { innerType, options } = schema?.def ?? {};
  if (innerType !== undefined) return objectIn(innerType);
  if (options === undefined) return schema;
  return options.map(objectIn).find((option) => option?.def.shape !== undefined);
}
