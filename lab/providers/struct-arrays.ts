import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { BinaryReader } from "google-protobuf";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";

/**
 * `google.protobuf.Struct`, read and made in time that grows with its size.
 *
 * The library keeps a message as an array, with each field at its number's place, and looks through all that is in a message
 * again whenever that is put into another. A CRD is twenty deep, so that reading and making these was half of what the
 * Kubernetes provider did in a preview. Here the arrays are made from the inside out, and the library's messages on top.
 *
 * @see https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/struct.proto
 */

/** A `Value` as the library keeps it: one of six fields is there. */
export type ValueArray = readonly unknown[];

/** An entry of a `Struct`'s one field, a map. */
export type Entry = readonly [key: string, value: ValueArray];

/** Field numbers of `Value`. */
const FIELD = { null: 1, number: 2, text: 3, flag: 4, struct: 5, list: 6 } as const;

const value = (field: keyof typeof FIELD, content: unknown): ValueArray => {
  const array = Array<unknown>(FIELD[field]).fill(undefined);
  array[FIELD[field] - 1] = content;
  return array;
};

/** A value that is no list and no object. */
export function scalarArray(scalar: null | boolean | number | string): ValueArray {
  if (scalar === null) return value("null", structPb.NullValue.NULL_VALUE);
  if (typeof scalar === "string") return value("text", scalar);
  return typeof scalar === "number" ? value("number", scalar) : value("flag", scalar);
}

/** A list of values. */
export function listArray(items: readonly ValueArray[]): ValueArray {
  return value("list", [items]);
}

/** A value that is a Struct. */
export function structArray(entries: readonly Entry[]): ValueArray {
  return value("struct", [entries]);
}

/** The message of these entries. */
export function structOf(entries: readonly Entry[]): Struct {
  return fill(new structPb.Struct(), entries);
}

/** Lets every message that this process receives be read so. For a process that is a provider and nothing else. */
export function readStructsAsArrays(): void {
  structPb.Struct.deserializeBinaryFromReader = (message, reader) => fill(message, readEntries(reader));
}

/** Its one field is at the first place. */
function fill(message: Struct, entries: readonly Entry[]): Struct {
  (message.toArray() as unknown[])[0] = entries;
  return message;
}

/** The one field of a `Struct` or a `ListValue`, which is there as often as it has entries or items. */
function readAll<One>(reader: BinaryReader, readOne: (reader: BinaryReader) => One): One[] {
  const all: One[] = [];
  while (reader.nextField()) {
    if (reader.getFieldNumber() === 1) all.push(inside(reader, readOne));
    else reader.skipField();
  }
  return all;
}

const readEntries = (reader: BinaryReader): Entry[] => readAll(reader, readEntry);

const readItems = (reader: BinaryReader): ValueArray[] => readAll(reader, readValue);

function readEntry(reader: BinaryReader): Entry {
  let key = "";
  let content: ValueArray = [];
  while (reader.nextField()) {
    const field = reader.getFieldNumber();
    if (field === 1) key = reader.readString();
    else if (field === 2) content = inside(reader, readValue);
    else reader.skipField();
  }
  return [key, content];
}

function readValue(reader: BinaryReader): ValueArray {
  let read: ValueArray = [];
  while (reader.nextField()) {
    switch (reader.getFieldNumber()) {
      case FIELD.null:
        read = value("null", reader.readEnum());
        break;
      case FIELD.number:
        read = value("number", reader.readDouble());
        break;
      case FIELD.text:
        read = value("text", reader.readString());
        break;
      case FIELD.flag:
        read = value("flag", reader.readBool());
        break;
      case FIELD.struct:
        read = structArray(inside(reader, readEntries));
        break;
      case FIELD.list:
        read = listArray(inside(reader, readItems));
        break;
      default:
        reader.skipField();
    }
  }
  return read;
}

/** What is read from the message that begins here, to its end. The library hands a message through, which nothing here needs. */
function inside<Result>(reader: BinaryReader, read: (reader: BinaryReader) => Result): Result {
  const results: Result[] = [];
  reader.readMessage(nothing, () => results.push(read(reader)));
  const [result] = results;
  if (result === undefined) throw new Error("a message without an end");
  return result;
}

const nothing = new structPb.Value();
