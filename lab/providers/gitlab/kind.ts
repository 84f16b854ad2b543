/** What a type of the provider is: its properties, and what becomes of it on the host. */
import type { GitLabApi } from "./api.ts";

/** An entry of a list whose entries have parts, by the names of these. */
export type Item = Readonly<Record<string, string | number>>;

/** A value of a property, without secrets and unknowns. */
export type PlainValue = string | number | boolean | readonly string[] | readonly Item[];

/** Properties by name; one that the host does not give is not there. */
export type Plain = Readonly<Record<string, PlainValue | undefined>>;

/** One property. */
export interface Field {
  readonly type: "text" | "number" | "truth" | "texts" | "items";
  /**
   * Who gives it: the program always (`required`), or if it likes (`optional`; left out, it is taken away), or the host
   * where the program does not (`computed`), or the host alone (`output`).
   */
  readonly from: "required" | "optional" | "computed" | "output";
  /** Whether a change makes another resource. */
  readonly replaces?: boolean;
  /** What it is where the program leaves it out. */
  readonly otherwise?: PlainValue;
  /** The values that it may have. */
  readonly oneOf?: readonly string[];
  /** Of items: the parts that an entry may have. The first that it has says what it is; the host gives the others. */
  readonly parts?: readonly string[];
  /** Whether its value is nobody's business. */
  readonly secret?: boolean;
  /** Whether the host knows nothing of it: it is the provider's own. */
  readonly local?: boolean;
  /** Whether the host gives it out once only, when it is made: then it is what it was. */
  readonly once?: boolean;
  /** Whether blanks around a text count for nothing. */
  readonly trimmed?: boolean;
}

/** A resource as the host has it. */
export interface Found {
  readonly id: string;
  readonly properties: Plain;
}

/** One type of resource. Ids, defaults and what replaces are those of the official provider. */
export interface Kind {
  readonly type: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Outputs that follow from an input, and so are unknown when it changes. */
  readonly derived?: Readonly<Record<string, readonly string[]>>;
  create(api: GitLabApi, inputs: Plain): Promise<Found>;
  /** What the host has under an id, also one that a person gives to import it; nothing if there is none. */
  read(api: GitLabApi, id: string): Promise<Found | undefined>;
  /** Left out where every change replaces. */
  update?(api: GitLabApi, id: string, inputs: Plain, changed: readonly string[]): Promise<Found>;
  /** As in the official provider an error where it is gone already, but for a variable. */
  remove(api: GitLabApi, id: string, state: Plain): Promise<void>;
}

/** The parts of an id such as `12:KEY:*`; the last takes what is left. */
export function idParts(type: string, id: string, form: string): string[] {
  const wanted = form.split(":").length;
  const parts = id.split(":");
  const texts = [...parts.slice(0, wanted - 1), parts.slice(wanted - 1).join(":")];
  if (texts.length !== wanted || texts.some((part) => part === ""))
    throw new Error(`"${id}" is no id of ${type}: write ${form}`);
  return texts;
}

/** A text of the properties. */
export function textOf(properties: Plain, name: string): string {
  const value = properties[name];
  if (typeof value !== "string") throw new Error(`${name} is not a text`);
  return value;
}
