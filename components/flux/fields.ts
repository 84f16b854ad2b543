/** Small helpers of the spec builders. */

/** The problem of one field as a list: empty when there is none. */
export function problemAt(where: string, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`${where}: ${problem}`];
}

/** The fields that have a value. */
export function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}

/** The same fields, none of them undefined: without a value, a field is not there. */
export type Present<Fields extends object> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
