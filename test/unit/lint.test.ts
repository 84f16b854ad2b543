import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { expect, test } from "vitest";

const eslint = new ESLint({ cwd: fileURLToPath(new URL("../..", import.meta.url)) });

/** Messages about what is made where it must not be, in a text that stands for one of the components' files. */
async function findings(text: string): Promise<string[]> {
  const results = await eslint.lintText(text, { filePath: "components/git/urls.ts" });
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ ruleId }) => ruleId === "no-restricted-syntax")
    .map(({ message }) => message);
}

test.each([
  ["a resource", "output.apply((key) => new tls.PrivateKey(key, {}));"],
  [
    "one in a block in a function in it",
    "output.apply((key) => { if (key) { list.map(() => new Thing(key)); } });",
  ],
  ["one of the Git host", "pulumi.all([a, b]).apply(function ([key]) { host.variable(key, {}, {}); });"],
])("%s inside apply is refused", async (_, text) => {
  expect(await findings(text)).toEqual(["Make no resource inside apply: a preview would not show it."]);
});

test.each([
  ["an error", "output.apply((key) => { throw new TypeError(key); });"],
  ["a value", "output.apply((key) => new URL(key).host);"],
  ["a resource beside it", "new Thing(output.apply((key) => key));"],
])("%s is not", async (_, text) => {
  expect(await findings(text)).toEqual([]);
});
