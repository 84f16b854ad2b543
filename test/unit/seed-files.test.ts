import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { seedDigest, seedFiles, type SeedRole } from "../../components/git/seed-files.ts";
import { placeholderImage, seedValueNames, type SeedValues } from "../../components/git/seed-values.ts";

const roles: SeedRole[] = ["app", "charts", "fluxcd"];
const values: SeedValues = {
  app: "spring-app",
  owner: "acme",
  owners: "@acme/platform",
  namespace: "spring-app-namespace",
  appRepository: "spring-app",
  chartsRepository: "charts",
  fluxcdRepository: "fluxcd",
  ...placeholderImage,
};
const everyFile = (given = values) =>
  roles.flatMap((role) => seedFiles(role, given, "github").map((file) => ({ role, ...file })));

describe("seedFiles of a made-up seed", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "slipway-seed-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(path: string, content: string | Buffer): void {
    const file = join(folder, "app", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const read = (given: SeedValues = values) => seedFiles("app", given, "github", folder);

  test("fills placeholders in contents and in paths, and leaves other languages' alone", () => {
    write(
      "%{slipway.app}/a.yaml",
      "x: %{slipway.owner} ${{ github.token }} {{ .Values.x }} ${HOME} %{other}\n",
    );
    expect(read()).toEqual([
      {
        path: "spring-app/a.yaml",
        content: Buffer.from("x: acme ${{ github.token }} {{ .Values.x }} ${HOME} %{other}\n"),
        executable: false,
      },
    ]);
  });

  test("sorts by character codes, whatever the file system's order", () => {
    for (const path of ["b", "a/z", "B", "a.b", ".c"]) write(path, "");
    expect(read().map(({ path }) => path)).toEqual([".c", "B", "a.b", "a/z", "b"]);
  });

  test("makes CRLF LF, and leaves bytes that are no text as they are", () => {
    const binary = Buffer.from([0x89, 0x50, 0x0d, 0x0a, 0x00, 0xff]);
    const latin = Buffer.from([0xe9, 0x0d, 0x0a]);
    write("text", "one\r\ntwo\r\n");
    write("binary", binary);
    write("latin", latin);
    const contents = Object.fromEntries(read().map(({ path, content }) => [path, content]));
    expect(contents).toEqual({ text: Buffer.from("one\ntwo\n"), binary, latin });
  });

  test("makes executable what begins with a hashbang, by its content", () => {
    write("run", "#!/bin/sh\n");
    write("read", "no\n");
    expect(read().map(({ path, executable }) => [path, executable])).toEqual([
      ["read", false],
      ["run", true],
    ]);
  });

  test("leaves out what a build or an editor has put there", () => {
    write("pom.xml", "");
    write("target/app.jar", "");
    write("src/.DS_Store", "");
    expect(read().map(({ path }) => path)).toEqual(["pom.xml"]);
  });

  test("names file and placeholder of all problems at once", () => {
    write("a", "%{slipway.nmae} and %{slipway.constructor}\n");
    write("b", "%{ slipway.app }\n");
    expect(() => read()).toThrow(
      /a: %\{slipway\.nmae\} is no placeholder(.|\n)*%\{slipway\.constructor\}(.|\n)*b: "%\{ slipway\.app \}/,
    );
  });

  test("refuses two files that come to one path", () => {
    write("%{slipway.app}", "");
    write("spring-app", "");
    expect(() => read()).toThrow(/spring-app: two files have this path/);
  });

  test("refuses a link, which might lead out of the seed", () => {
    write("a", "");
    symlinkSync("/etc/hostname", join(folder, "app", "link"));
    expect(() => read()).toThrow(/link: is neither a file nor a folder/);
  });

  test("refuses a value that is missing, one that is malformed and one that nothing uses", () => {
    write("a", "");
    const given = {
      ...values,
      app: "Not A Name",
      namespace: undefined,
      replicas: "3",
    } as unknown as SeedValues;
    expect(() => read(given)).toThrow(
      /app: "Not A Name"(.|\n)*namespace is missing(.|\n)*replicas is used by no seed/,
    );
  });
});

describe("seedDigest", () => {
  const file = (path: string, text: string, executable = false) => ({
    path,
    content: Buffer.from(text),
    executable,
  });

  test("is the same for the same files in any order", () => {
    const files = [file("a", "1"), file("b", "2")];
    expect(seedDigest(files)).toMatch(/^[0-9a-f]{64}$/);
    expect(seedDigest(files.toReversed())).toBe(seedDigest(files));
  });

  test.each([
    ["a path", [file("c", "1"), file("b", "2")]],
    ["a content", [file("a", "3"), file("b", "2")]],
    ["a mode", [file("a", "1", true), file("b", "2")]],
    ["where one file ends", [file("a", "1100644 1 1\nb\n2")]],
  ])("changes with %s", (_, changed) => {
    expect(seedDigest(changed)).not.toBe(seedDigest([file("a", "1"), file("b", "2")]));
  });
});

describe("the seeds", () => {
  test("give the same digest each time, and another one for other values", () => {
    for (const role of roles) {
      const digest = seedDigest(seedFiles(role, values));
      expect(seedDigest(seedFiles(role, values))).toBe(digest);
      expect(seedDigest(seedFiles(role, { ...values, app: "shop" }))).not.toBe(digest);
    }
  });

  test("use every value, so that none is asked for in vain", () => {
    const marks: SeedValues = {
      app: "mark-a",
      owner: "mark-b",
      owners: "@mark-c",
      namespace: "mark-d",
      appRepository: "mark-e",
      chartsRepository: "mark-f",
      fluxcdRepository: "mark-g",
      imageRepository: "mark-h",
      imageTag: "mark-i",
    };
    const text = everyFile(marks)
      .map(({ path, content }) => path + content.toString())
      .join("\n");
    for (const name of seedValueNames) expect(text, name).toContain(marks[name]);
  });

  test("carry another application's name in paths and contents", () => {
    const shop: SeedValues = {
      ...values,
      app: "shop",
      appRepository: "shop",
      namespace: "shop-production",
    };
    for (const { path, content } of everyFile(shop))
      expect(path + content.toString()).not.toContain("spring-app");
    expect(everyFile(shop).map(({ path }) => path)).toEqual(
      expect.arrayContaining(["shop/Chart.yaml", "apps/shop/deployment.yaml", "values/shop.yaml"]),
    );
  });

  test("are text with LF endings and a newline at the end", () => {
    for (const { path, content } of everyFile()) {
      expect(content.toString(), path).toMatch(/\n$/);
      expect(content.toString(), path).not.toContain("\r");
    }
  });

  test("hold no credential", () => {
    for (const { role, path, content } of everyFile()) {
      expect(content.toString(), `${role}/${path}`).not.toMatch(
        /PRIVATE KEY|gh[pousr]_\w{20}|github_pat_|glpat-|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.|https?:\/\/[^\s/"]+:[^\s/"]+@/,
      );
      expect(path).not.toMatch(/(^|\/)(\.env|id_[a-z0-9]+|.*\.(pem|key|p12|jks))$/);
    }
  });

  test("have scripts that are executable in the checkout, too", () => {
    const root = fileURLToPath(new URL("../../repositories", import.meta.url));
    const scripts = everyFile().filter(({ executable }) => executable);
    expect(scripts.map(({ path }) => path)).toEqual([
      "ci/deploy.sh",
      "ci/image.sh",
      "ci/check.sh",
      "ci/validate.sh",
    ]);
    for (const { role, path } of scripts)
      expect(statSync(join(root, role, path)).mode & 0o111, path).not.toBe(0);
  });

  test("have YAML that parses, wherever it is not a template of the chart", () => {
    const files = everyFile().filter(({ path }) => /\.ya?ml$/.test(path) && !path.includes("/templates/"));
    expect(files.length).toBeGreaterThan(10);
    for (const { role, path, content } of files) {
      for (const document of parseAllDocuments(content.toString())) {
        expect(document.errors, `${role}/${path}`).toEqual([]);
      }
    }
  });

  test.each(roles)("begin the README of %s with ownership and access rights", (role) => {
    const readme = seedFiles(role, values).find(({ path }) => path === "README.md");
    expect(readme?.content.toString().split("\n").slice(0, 5).join("\n")).toMatch(
      /^# .+\n\n## Ownership and access rights\n\nOwned by @acme\/platform/,
    );
  });

  test("own no Namespace", () => {
    for (const { path, content } of everyFile()) {
      if (/\.ya?ml$/.test(path)) expect(content.toString(), path).not.toMatch(/^kind: Namespace$/m);
    }
  });
});
