import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { keepAnswersOutOfDebugLog, withoutAnswer } from "../../runtime/debug-log.ts";

const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
const messages = ["resource", "invoke"].flatMap((module) =>
  Array.from(
    readFileSync(sdk.resolve(`./runtime/${module}.js`), "utf8").matchAll(
      /log\.debug\(`([^`]*resp: \$\{[^`]*)`/g,
    ),
  ),
);

test("the SDK has messages with answers in them, and each of them loses its answer", () => {
  expect(messages.length).toBeGreaterThan(4);
  for (const [, template = ""] of messages) {
    const message = template
      .replace(/\$\{\w*[rR]esponse\}/, "token,,,secret\n-----END")
      .replaceAll(/\$\{\w+\}/g, "x");
    expect(message).toContain("secret");
    expect(withoutAnswer(message)).toBe(
      `${message.split("resp: ")[0] ?? ""}resp: (left out: it may have secrets in it)`,
    );
  }
});

test("other messages stay as they are", () => {
  const message = "Registering resource: t=x, resp: none";
  expect(withoutAnswer(message)).toBe(message);
});

test("the SDK itself speaks by what was put in place", async () => {
  const said: string[] = [];
  const { debug } = pulumi.log;
  Object.assign(pulumi.log, { debug: (message: string) => Promise.resolve(void said.push(message)) });
  keepAnswersOutOfDebugLog();
  const runtime = sdk("./log") as typeof pulumi.log;
  await runtime.debug("RegisterResource RPC finished: resource:a[b]; err: null, resp: secret");
  Object.assign(pulumi.log, { debug });
  expect(said).toEqual([
    "RegisterResource RPC finished: resource:a[b]; err: null, resp: (left out: it may have secrets in it)",
  ]);
});
