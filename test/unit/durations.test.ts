import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { durationProblem, durationSeconds, isDuration, secondsDuration } from "../../components/durations.ts";

describe("a duration", () => {
  test.each([
    ["30s", 30],
    ["5m", 300],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["250ms", 0.25],
    ["1m30s500ms", 90.5],
  ])("%s is %d seconds", (text, seconds) => {
    expect(isDuration(text)).toBe(true);
    expect(durationProblem(text)).toBeUndefined();
    expect(durationSeconds(text)).toBeCloseTo(seconds, 6);
  });

  test.each([
    ["5 minutes", '"5 minutes" is not a duration: write "5m"'],
    ["300", '"300" is not a duration: write "300s"'],
    ["10sec", '"10sec" is not a duration: write "10s"'],
    ["20 msec", '"20 msec" is not a duration: write "20ms"'],
    ["2 Hours", '"2 Hours" is not a duration: write "2h"'],
    ["1d", '"1d" is not a duration: write "24h"'],
    ["soon", '"soon" is not a duration: write "5m"'],
    ["", '"" is not a duration: write "5m"'],
    ["-5m", '"-5m" is not a duration: write "5m"'],
    ["5m ", '"5m " is not a duration: write "5m"'],
    ["0s", '"0s" is no time at all: write "1m" or longer'],
  ])("%j is refused with what to write instead", (text, problem) => {
    expect(durationProblem(text)).toBe(problem);
  });

  test("that is none has no length", () => {
    expect(() => durationSeconds("5 minutes")).toThrow('write "5m"');
  });

  test("of whole seconds is written and read back the same", () => {
    fc.assert(fc.property(fc.nat(), (seconds) => durationSeconds(secondsDuration(seconds)) === seconds));
    expect(secondsDuration(90.5)).toBe("91s");
  });

  test("that is suggested is one", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const suggested = /write "([^"]*)"/.exec(durationProblem(text) ?? 'write "5m"')?.[1] ?? "";
        return isDuration(suggested);
      }),
    );
  });
});
