import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { stackSchema } from "../../config/schema.ts";

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const configurationPage = "docs/configuration.md";

/** A key of the configuration: `repositories.NAME.image.name`, with NAME for a name that the user chooses. */
interface Key {
  readonly path: string;
  /** What is filled in where the key is left out, if that is a single value. */
  readonly default: string | undefined;
}

/** As much of a zod schema as the walk looks at: https://zod.dev/library-authors */
interface Schema {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly innerType?: Schema;
    readonly valueType?: Schema;
    readonly element?: Schema;
    readonly in?: Schema;
    readonly options?: readonly Schema[];
    readonly defaultValue?: unknown;
  };
}

/** The keys of a schema that have a value of their own, deepest first come as they are declared. */
function keysOf(schema: Schema, path: string, given?: unknown): Key[] {
  const { def } = schema;
  const { type, innerType, valueType, element, options = [] } = def;
  if (innerType !== undefined) return keysOf(innerType, path, def.defaultValue ?? given);
  if (def.shape !== undefined) {
    return Object.entries(def.shape).flatMap(([name, inner]) =>
      keysOf(inner, path === "" ? name : `${path}.${name}`),
    );
  }
  if (type === "pipe" && def.in !== undefined) return keysOf(def.in, path, given);
  if (type === "record" && valueType !== undefined) return orItself(valueType, `${path}.NAME`, path);
  if (type === "array" && element !== undefined) return orItself(element, `${path}[]`, path);
  if (type === "union") {
    const keys = options.flatMap((option) => keysOf(option, path, given));
    // A list of what may also stand alone has no rows of its own.
    const alone = (one: string) => one.replace(`${path}[]`, path);
    return keys.filter(
      ({ path: one }, index) =>
        keys.findIndex(({ path: other }) => other === alone(one) || other === one) === index,
    );
  }
  const single = ["string", "number", "boolean"].includes(typeof given);
  return [{ path, default: single ? String(given) : undefined }];
}

/** What a list or record of objects holds; of plain values, the list or record as a whole. */
function orItself(inner: Schema, innerPath: string, path: string): Key[] {
  const keys = keysOf(inner, innerPath);
  return keys.every((key) => key.path === innerPath) ? [{ path, default: undefined }] : keys;
}

/** The rows of the page's tables, by key: below the heading `slipway:cluster`, the row `name` is `cluster.name`. */
function documented(page: string): Map<string, string> {
  const rows = new Map<string, string>();
  let section: string | undefined;
  for (const line of page.split("\n")) {
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (heading !== undefined) section = /^`slipway:(\S+)`$/.exec(heading)?.[1];
    const key = /^\| `([^`]+)`/.exec(line)?.[1];
    if (section !== undefined && key !== undefined) rows.set(`${section}.${key}`, line);
  }
  return rows;
}

describe("docs/configuration.md", () => {
  const keys = keysOf(stackSchema, "");
  const rows = documented(readFileSync(join(checkout, configurationPage), "utf8"));

  it("has a row for every key of the configuration, and for none that does not exist", () => {
    expect(keys.length).toBeGreaterThan(40);
    expect([...rows.keys()].sort()).toEqual(keys.map(({ path }) => path).sort());
  });

  it("gives the default that is filled in for a key", () => {
    const wrong = keys.filter(
      ({ path, default: value }) => value !== undefined && rows.get(path)?.includes(`\`${value}\``) !== true,
    );
    expect(wrong).toEqual([]);
  });
});

describe("the links in the project's pages", () => {
  const pages = markdownFiles(checkout);

  it("are looked for in every page", () => {
    expect(pages).toEqual(
      expect.arrayContaining(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", configurationPage]),
    );
  });

  it.each(pages)("lead from %s to files and headings that exist", (page) => {
    const broken = relativeLinks(readFileSync(join(checkout, page), "utf8")).filter(
      (link) => !leadsSomewhere(page, link),
    );
    expect(broken).toEqual([]);
  });
});

/** The pages of the project itself: those below `repositories/` have their links in other repositories. */
function markdownFiles(folder: string): string[] {
  const left = ["node_modules", "repositories", "coverage"];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name.startsWith(".") || left.includes(entry.name) ? [] : markdownFiles(path);
    return entry.name.endsWith(".md") ? [relative(checkout, path).replaceAll("\\", "/")] : [];
  });
}

/** Targets of links and images, without those to other sites. Code has no links. */
function relativeLinks(text: string): string[] {
  const prose = text.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)].map(
    ([, inline, reference]) => inline ?? reference ?? "",
  );
  return targets.filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [file = "", heading] = link.split("#");
  const target = file === "" ? join(checkout, page) : join(checkout, dirname(page), decodeURIComponent(file));
  if (!existsSync(target)) return false;
  return heading === undefined || anchors(readFileSync(target, "utf8")).includes(heading);
}

/** The anchors that GitHub gives to a page's headings: small letters, no punctuation, dashes for spaces. */
function anchors(text: string): string[] {
  return [...text.replace(/^(`{3,})[\s\S]*?^\1/gm, "").matchAll(/^#+ +(.*?) *$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
