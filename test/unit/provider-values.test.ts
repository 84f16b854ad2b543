import { describe, expect, it } from "vitest";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import {
  containsSecret,
  containsUnknown,
  decode,
  encode,
  plain,
  secret,
  UNKNOWN,
  type PropertyMap,
} from "../../lab/providers/values.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

describe("property values", () => {
  it("come back as they went out, secrets and unknowns included", () => {
    const map: PropertyMap = {
      text: "a",
      number: 1.5,
      flag: false,
      none: null,
      list: ["x", secret("y"), UNKNOWN],
      object: { deep: secret({ a: 1 }) },
    };
    expect(decode(encode(map))).toEqual(map);
  });

  it("use the engine's own signatures", () => {
    const wire = encode({ a: secret("s"), b: UNKNOWN }).toJavaScript();
    expect(wire).toEqual({
      a: { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "s" },
      b: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    });
  });

  it("go out plain to an engine that takes no secrets", () => {
    expect(encode({ a: secret({ b: secret("s") }) }, false).toJavaScript()).toEqual({ a: { b: "s" } });
  });

  it("lose their secrets, but not their unknowns, on the way to an API", () => {
    expect(plain({ a: secret({ b: [secret("s")] }), c: UNKNOWN })).toEqual({ a: { b: ["s"] }, c: UNKNOWN });
  });

  it("are searched through lists, objects and secrets", () => {
    expect(containsUnknown({ a: [secret({ b: UNKNOWN })] })).toBe(true);
    expect(containsSecret({ a: [{ b: secret("s") }] })).toBe(true);
    expect(containsUnknown({ a: "b" }) || containsSecret({ a: "b" })).toBe(false);
  });

  it("that are assets or references are refused", () => {
    const asset = structPb.Struct.fromJavaScript({ a: { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17" } });
    expect(() => decode(asset)).toThrow("plain values only");
  });
});
