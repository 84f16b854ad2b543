import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { configFiles, hostOf } from "../../scripts/demo-options.ts";

test.each([
  [[], "github"],
  [["--host", "gitlab"], "gitlab"],
  [["--host=github"], "github"],
])("%j shows the platform on %s", (args, kind) => {
  expect(hostOf(args)).toBe(kind);
});

test.each([
  [["--host", "gitlub"], /got "gitlub", expected github or gitlab\. Did you mean "github"\?/],
  [["--host"], /got "", expected github or gitlab/],
  [["gitlab"], /"gitlab" is nothing that the demo takes: npm run demo -- --host github\|gitlab/],
  [["--host", "gitlab", "--fast"], /is nothing that the demo takes/],
])("%j is refused with what may be typed", (args, message) => {
  expect(() => hostOf(args)).toThrow(message);
});

test("the file of a host is there", () => {
  const files = Object.values(configFiles).filter((file) => file !== undefined);
  expect(files).toHaveLength(1);
  for (const file of files) expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true);
});
