import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as gitlab from "@pulumi/gitlab";
import { kinds } from "../../lab/providers/gitlab/kinds.ts";
import { settings, types, version } from "./gitlab-provider-facts.ts";

const folder = fileURLToPath(new URL("../../sdks/gitlab", import.meta.url));

/** Names and types of the members of an interface or class in one of the declarations. */
function members(file: string, name: string): Record<string, { type: string; optional: boolean }> {
  const path = `${folder}/${file}.d.ts`;
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (one): one is ts.InterfaceDeclaration | ts.ClassDeclaration =>
      (ts.isInterfaceDeclaration(one) || ts.isClassDeclaration(one)) && one.name?.text === name,
  );
  if (found === undefined) throw new Error(`${file}.d.ts declares no ${name}`);
  return Object.fromEntries(
    [...found.members].flatMap((member) => {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return [];
      const type = (member.type?.getText() ?? "")
        .replaceAll(/pulumi\.(Input|Output)<|>| \| undefined/g, "")
        .trim();
      return [[member.name.getText(), { type, optional: member.questionToken !== undefined }]];
    }),
  );
}

const classes = Object.entries(gitlab)
  .filter(([name]) => name !== "Provider")
  .map(([name, constructor]) => ({
    name,
    token: String((constructor as unknown as { __pulumiType: unknown }).__pulumiType),
    file: `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`,
  }));

test("has the official package's name and version, by which the engine finds the plugin", () => {
  const file = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<string, unknown>;
  expect(file).toMatchObject({
    name: "@pulumi/gitlab",
    version,
    pulumi: { resource: true, name: "gitlab", version },
  });
});

test("is JavaScript: Node strips no types where npm may put it", () => {
  const sources = readdirSync(folder).filter((name) => /(?<!\.d)\.ts$/.test(name));
  expect(sources).toEqual([]);
});

describe.each(classes)("$name", ({ name, token, file }) => {
  const facts = types[token];

  test("has a token of the official provider", () => {
    expect(facts).toBeDefined();
  });

  test("takes inputs that the provider takes, of the same types, and asks for the same ones", () => {
    const inputs = members(file, `${name}Args`);
    for (const [property, { type }] of Object.entries(inputs)) {
      expect(facts?.outputs).not.toContain(property);
      expect(type, property).toBe(facts?.properties[property]);
    }
    const required = Object.entries(inputs).filter(([, { optional }]) => !optional);
    expect(required.map(([property]) => property).sort()).toEqual([...(facts?.required ?? [])].sort());
  });

  test("has its inputs and what the provider gives as outputs, and no others", () => {
    const outputs = members(file, name);
    for (const [property, { type }] of Object.entries(outputs))
      expect(type, property).toBe(facts?.properties[property]);
    const inputs = Object.keys(members(file, `${name}Args`));
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(inputs));
    const given = Object.keys(outputs).filter((property) => !inputs.includes(property));
    for (const property of given) expect(facts?.outputs).toContain(property);
  });
});

test("the provider's settings are the official ones", () => {
  for (const [property, { type }] of Object.entries(members("provider", "ProviderArgs")))
    expect(type, property).toBe(settings[property]);
});

describe.each(kinds)("the stand-in's $type", (kind) => {
  const facts = types[kind.type];

  test("knows no property that the official provider does not know", () => {
    const words = { text: "string", number: "number", truth: "boolean", texts: "string[]" };
    for (const [property, { type, from, secret = false }] of Object.entries(kind.fields)) {
      if (type === "items") expect(facts?.properties[property], property).toMatch(/^[A-Z]\w+\[\]$/);
      else expect(words[type], property).toBe(facts?.properties[property]);
      expect(facts?.outputs.includes(property), property).toBe(from === "output");
      expect(facts?.secret.includes(property), property).toBe(secret);
    }
  });

  test("handles every property of the class", () => {
    const { name = "", file = "" } = classes.find(({ token }) => token === kind.type) ?? {};
    const handled = Object.keys(kind.fields);
    const declared = Object.keys(members(file, name));
    expect(declared.filter((property) => !handled.includes(property))).toEqual([]);
  });
});
