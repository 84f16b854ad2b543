import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { expect, test } from "vitest";
import { readStructsAsArrays } from "../../lab/providers/struct-arrays.ts";
import { decode, encode, type PropertyMap } from "../../lab/providers/values.ts";

const map = {
  text: "äöü \u{1f600}",
  empty: "",
  number: -1.5,
  zero: 0,
  yes: true,
  no: false,
  none: null,
  list: ["a", null, [], [1, [2]], {}],
  object: { deep: { deeper: [{ "a key": "b" }] }, nothing: {} },
};
const theirs = structPb.Struct.fromJavaScript(map);

test("a message has the same bytes as the library's", () => {
  expect(encode(map).serializeBinary()).toEqual(theirs.serializeBinary());
});

test("a message that was read is the library's, and goes out again as it came", () => {
  const bytes = theirs.serializeBinary();
  readStructsAsArrays();
  const read = structPb.Struct.deserializeBinary(bytes);
  expect(read.toJavaScript()).toEqual(map);
  expect(decode(read)).toEqual<PropertyMap>(map);
  expect(read.serializeBinary()).toEqual(bytes);
  expect(structPb.Struct.deserializeBinary(new Uint8Array()).toJavaScript()).toEqual({});
});
