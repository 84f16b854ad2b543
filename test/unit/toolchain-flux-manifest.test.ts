import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { fluxManifest, readFluxManifest, type FluxManifestOptions } from "../../toolchain/flux-manifest.ts";
import { contentHash, withoutComponents } from "../../toolchain/flux-objects.ts";
import { defaultFluxVersion, fluxVersions } from "../../toolchain/flux-versions.ts";
import { Maker } from "./toolchain-maker.ts";

const url = "/fluxcd/flux2/releases/download/v9.9.9/install.yaml";

/** A ConfigMap of a component. */
function object(name: string, component = name): string {
  const labels = `{ app.kubernetes.io/component: ${component} }`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  labels: ${labels}\n`;
}

let maker: Maker;
beforeEach(async () => {
  maker = await Maker.start();
});
afterEach(async () => {
  await maker.remove();
});

function options(manifest: string, without: string[] = []): FluxManifestOptions {
  const known = { "v9.9.9": { sha256: contentHash(manifest), without } };
  return { ...maker.options(), known };
}

describe("the content of a manifest", () => {
  const one = `${object("a")}---\n${object("b")}`;

  test("is the same in another order, layout and with comments", () => {
    const other = `# comment\n---\n${object("b")}---\n---\nkind: ConfigMap\napiVersion: "v1"\nmetadata:\n  labels:\n    app.kubernetes.io/component: a\n  name: a\n`;
    expect(contentHash(other)).toBe(contentHash(one));
  });

  test("is another with any other value, object or order in a list", () => {
    const list = (items: string): string => `kind: x\nitems: ${items}\n`;
    expect(contentHash(one.replace("name: a", "name: c"))).not.toBe(contentHash(one));
    expect(contentHash(object("a"))).not.toBe(contentHash(one));
    expect(contentHash(list("[1, 2]"))).not.toBe(contentHash(list("[2, 1]")));
  });

  test("can leave out a component", () => {
    expect(contentHash(withoutComponents(one, ["b"]))).toBe(contentHash(object("a")));
  });
});

describe("Flux's manifest", () => {
  test("is downloaded when it is what is pinned, and is then in the cache", async () => {
    maker.answers.set(url, object("a"));
    const first = await fluxManifest("9.9.9", options(object("a")));
    expect(first.source).toBe("download");
    expect(readFileSync(first.path, "utf8")).toBe(object("a"));
    expect(JSON.parse(readFileSync(first.objects, "utf8"))).toEqual(
      parseAllDocuments(object("a")).map((document) => document.toJS() as unknown),
    );
    await maker.stop();
    await expect(fluxManifest("v9.9.9", options(object("a")))).resolves.toEqual({
      ...first,
      source: "cache",
    });
  });

  test("is downloaded without the components that the version does not offer", async () => {
    maker.answers.set(url, `${object("a")}---\n${object("source-watcher")}`);
    const { path } = await fluxManifest("v9.9.9", options(object("a"), ["source-watcher"]));
    expect(contentHash(readFileSync(path, "utf8"))).toBe(contentHash(object("a")));
  });

  test("that was changed on the way is refused, and assembled from Go modules instead", async () => {
    maker.answers.set(url, object("changed"));
    // The rendered text names what the bases were pointed to.
    const base = fluxModules();
    const kubectl = maker.script("fake-kubectl", 'cat "$2/../bases/source-controller/kustomization.yaml"');
    const rendered = "resources:\n- crd\n- manager\n- account.yaml\n";
    const manifest = await fluxManifest("v9.9.9", { ...options(rendered), kubectl });
    expect(manifest.source).toBe("assembled");
    expect(readFileSync(manifest.path, "utf8")).toBe(rendered);
    expect(maker.said.join("")).toMatch(/its content is [0-9a-f]{64}, and [0-9a-f]{64} is pinned: not used/);
    expect(readFileSync(join(base, "kustomization.yaml"), "utf8")).toContain("https://");
  });

  test("assembled to something else than what is pinned is an error", async () => {
    fluxModules();
    const kubectl = maker.script("fake-kubectl", "echo 'kind: Other'");
    const wrong = fluxManifest("v9.9.9", { ...options(object("a")), kubectl });
    await expect(wrong).rejects.toThrow(/assembled from its Go modules .* is pinned .*: not used/);
  });

  test("whose module is not served names the module and the proxy, without its password", async () => {
    maker.fakeGo("go1.26.8", `echo '{"Path":"github.com/fluxcd/flux2/v2","Version":"v9.9.9","Error":"403"}'`);
    const failed = fluxManifest("v9.9.9", { ...options(object("a")), kubectl: "/nowhere" });
    await expect(failed).rejects.toThrow(
      /flux2\/v2@v9\.9\.9 cannot be downloaded from https:\/\/\*\*\*@proxy\.example: 403/,
    );
  });

  test("of an unknown version names the known ones", async () => {
    const failed = fluxManifest("v1.0.0", maker.options());
    await expect(failed).rejects.toThrow(/v1\.0\.0 is not a version .* Known: v2\.9\.3, v2\.9\.4/);
    expect(Object.keys(fluxVersions)).toContain(defaultFluxVersion);
  });

  test("may be a file of the user's, and a missing one is named", async () => {
    const file = join(maker.folder, "own.yaml");
    writeFileSync(file, "kind: Own\n");
    await expect(readFluxManifest("v2.9.3", file)).resolves.toEqual({ text: "kind: Own\n", where: file });
    await expect(readFluxManifest("v2.9.3", `${file}.none`)).rejects.toThrow(
      /own\.yaml\.none cannot be read/,
    );
  });
});

/** Modules of a small Flux with one controller, and a `go` that knows where they are. */
function fluxModules(): string {
  const release = "https://github.com/fluxcd/source-controller/releases/download/v1.0.0/source-controller";
  const flux2 = join(maker.folder, "flux2");
  const base = join(flux2, "manifests/bases/source-controller");
  const controller = join(maker.folder, "source-controller");
  for (const folder of [join(flux2, "manifests/install"), base]) mkdirSync(folder, { recursive: true });
  for (const folder of ["crd", "manager"]) mkdirSync(join(controller, "config", folder), { recursive: true });
  writeFileSync(
    join(flux2, "manifests/install/kustomization.yaml"),
    "resources:\n  - ../bases/source-controller\n",
  );
  const resources = `resources:\n- ${release}.crds.yaml\n- ${release}.deployment.yaml\n- account.yaml\n`;
  writeFileSync(join(base, "kustomization.yaml"), resources);
  const answer = (path: string, version: string, dir: string): string =>
    `echo '{"Path":"github.com/fluxcd/${path}","Version":"${version}","Dir":"${dir}"}'`;
  const both = [answer("flux2/v2", "v9.9.9", flux2), answer("source-controller", "v1.0.0", controller)];
  maker.fakeGo("go1.26.8", both.join("\n"));
  return base;
}
