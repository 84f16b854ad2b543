import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { binFolder } from "../../toolchain/bin-folder.ts";
import { Network } from "../../toolchain/network.ts";
import { ensureTools, resolveTools } from "../../toolchain/resolve.ts";
import { hang, Maker, sha256 } from "./toolchain-maker.ts";

const kubectlPath = "/release/v1.36.3/bin/linux/amd64/kubectl";
const kubectl = `#!/bin/sh\necho '{ "gitVersion": "v1.36.3" }'\n`;

let maker: Maker;
beforeEach(async () => {
  maker = await Maker.start();
});
afterEach(async () => {
  await maker.remove();
});

function offerKubectl(binary = kubectl, checksum = sha256(kubectl)): void {
  maker.answers.set(kubectlPath, binary);
  maker.answers.set(`${kubectlPath}.sha256`, checksum);
}

describe("a download", () => {
  test("is taken when its checksum is the maker's, and the next run finds it in the cache", async () => {
    offerKubectl();
    const first = await resolveTools(["kubectl"], maker.options());
    expect(first.get("kubectl")?.origin).toBe("download");
    expect(readFileSync(first.get("kubectl")?.path ?? "", "utf8")).toBe(kubectl);

    maker.asked.length = 0;
    const second = await resolveTools(["kubectl"], maker.options());
    expect(second.get("kubectl")).toEqual({ ...first.get("kubectl"), origin: "cache" });
    expect(maker.asked).toEqual([]);
  });

  test("with another checksum is refused, said so, and built instead", async () => {
    offerKubectl(kubectl, sha256("something else"));
    maker.fakeGo();
    const resolved = await resolveTools(["kubectl"], maker.options());
    expect(resolved.get("kubectl")?.origin).toBe("build");
    expect(maker.said.join("")).toMatch(
      /kubectl has the SHA-256 [0-9a-f]{64}, and .*\.sha256 says .*: not used/,
    );
  });

  test("that tells another version than the pinned one is refused", async () => {
    const other = kubectl.replace("1.36.3", "1.36.2");
    offerKubectl(other, sha256(other));
    maker.fakeGo();
    const resolved = await resolveTools(["kubectl"], maker.options());
    expect(resolved.get("kubectl")?.origin).toBe("build");
    expect(maker.said.join("")).toContain("the downloaded kubectl is v1.36.2 instead of v1.36.3");
  });

  test("that the maker does not have (404) is built instead", async () => {
    maker.fakeGo();
    const resolved = await resolveTools(["kubectl"], maker.options());
    expect(resolved.get("kubectl")?.origin).toBe("build");
    expect(maker.said.join("")).toContain("answers 404 Not Found");
  });

  test("from a host that refuses connections is given up, and the host is named", async () => {
    maker.fakeGo();
    const options = maker.options();
    await maker.stop();
    const resolved = await resolveTools(["kubectl"], options);
    expect(resolved.get("kubectl")?.origin).toBe("build");
    expect(maker.said.join("")).toMatch(/No downloads from 127\.0\.0\.1:\d+: connection refused\./);
  });

  test("from a host that hangs is given up, and the host is asked only once for all tools", async () => {
    maker.answers.set("*", hang);
    maker.answers.set("/", hang);
    maker.fakeGo();
    const network = new Network({ connectMs: 200, env: {} });
    const resolved = await resolveTools(["kubectl", "kwok", "helm"], { ...maker.options(), network });
    expect([...resolved.values()].map(({ origin }) => origin)).toEqual(["build", "build", "build"]);
    expect(maker.asked).toEqual(["HEAD /"]);
    expect(maker.said.join("")).toContain("no answer in time");
  });

  test("from a host that falls silent in the middle is given up", async () => {
    maker.answers.set(`${kubectlPath}.sha256`, hang);
    maker.fakeGo();
    const network = new Network({ connectMs: 20_000, stallMs: 200, env: {} });
    const resolved = await resolveTools(["kubectl"], { ...maker.options(), network });
    expect(resolved.get("kubectl")?.origin).toBe("build");
    expect(maker.said.join("")).toContain("silent for 0.2 s");
  });

  test("is not tried at all with SLIPWAY_DOWNLOADS=off", async () => {
    offerKubectl();
    maker.fakeGo();
    await resolveTools(["kubectl"], maker.options({ SLIPWAY_DOWNLOADS: "off" }));
    expect(maker.asked).toEqual([]);
  });

  test("of kwok is checked against the digest in GitHub's API", async () => {
    const kwok = "#!/bin/sh\necho kwok version v0.8.0 go1.26\n";
    maker.answers.set("/kubernetes-sigs/kwok/releases/download/v0.8.0/kwok-linux-amd64", kwok);
    const asset = { name: "kwok-linux-amd64", digest: `sha256:${sha256(kwok)}` };
    maker.answers.set(
      "/repos/kubernetes-sigs/kwok/releases/tags/v0.8.0",
      JSON.stringify({ assets: [asset] }),
    );
    const resolved = await resolveTools(["kwok"], maker.options());
    expect(resolved.get("kwok")?.origin).toBe("download");
  });

  test("of Pulumi brings the CLI, the language host and the dynamic provider in one", async () => {
    const entry = "pulumi-v3.259.0-linux-x64.tar.gz";
    const archive = maker.archive({
      "pulumi/pulumi": "#!/bin/sh\necho v3.259.0\n",
      "pulumi/pulumi-language-nodejs": "#!/bin/sh\n",
      "pulumi/pulumi-resource-pulumi-nodejs": "#!/bin/sh\n# the official one\n",
      "pulumi/pulumi-language-go": "#!/bin/sh\n",
    });
    maker.answers.set(`/releases/sdk/${entry}`, archive);
    maker.answers.set("/releases/sdk/pulumi-3.259.0-checksums.txt", `${sha256(archive)}  ${entry}\n`);
    const names = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;
    const resolved = await resolveTools(names, maker.options());
    expect([...resolved.values()].map(({ origin }) => origin)).toEqual(["download", "download", "download"]);
    const script = resolved.get("pulumi-resource-pulumi-nodejs")?.path ?? "";
    expect(readFileSync(script, "utf8")).toContain("the official one");
    expect(maker.asked.filter((line) => line.includes(entry))).toHaveLength(1);
  });
});

describe("PATH", () => {
  test("gives a tool at exactly the pinned version", async () => {
    const file = maker.script("kubectl", `echo '{ "gitVersion": "v1.36.3" }'`);
    const resolved = await resolveTools(["kubectl"], maker.options());
    expect(resolved.get("kubectl")).toEqual({ path: file, origin: "PATH" });
    expect(maker.asked).toEqual([]);
  });

  test("gives no tool at another version", async () => {
    maker.script("kubectl", `echo '{ "gitVersion": "v1.36.30" }'`);
    offerKubectl();
    const resolved = await resolveTools(["kubectl"], maker.options());
    expect(resolved.get("kubectl")?.origin).toBe("download");
  });

  test("gives Pulumi's companions only beside a Pulumi of the pinned version", async () => {
    maker.script("pulumi", "echo v3.259.0");
    const host = maker.script("pulumi-language-nodejs", "");
    const pinned = await resolveTools(["pulumi-language-nodejs"], maker.options());
    expect(pinned.get("pulumi-language-nodejs")).toEqual({ path: host, origin: "PATH" });

    maker.script("pulumi", "echo v3.258.0");
    maker.fakeGo();
    const other = await resolveTools(["pulumi-language-nodejs"], maker.options());
    expect(other.get("pulumi-language-nodejs")?.origin).toBe("build");
  });

  test("is asked without the user's kubeconfig and tokens", async () => {
    maker.script("kubectl", `[ -z "$KUBECONFIG$GITHUB_TOKEN" ] && echo '{ "gitVersion": "v1.36.3" }'`);
    const resolved = await resolveTools(["kubectl"], maker.options({ KUBECONFIG: "x", GITHUB_TOKEN: "y" }));
    expect(resolved.get("kubectl")?.origin).toBe("PATH");
  });
});

describe("a build", () => {
  const offline = { SLIPWAY_DOWNLOADS: "off" };

  test("makes all tools of the control plane at once, as links to one binary", async () => {
    maker.fakeGo();
    const paths = await ensureTools(["kubectl", "etcd", "kube-scheduler"], maker.options(offline));
    expect(maker.builds).toHaveLength(1);
    expect(maker.builds[0]).toContain("-mod=readonly");
    expect(new Set(Object.values(paths).map((path) => join(path, "..")))).toHaveProperty("size", 1);
  });

  test("is made once by two that want it at the same time", async () => {
    maker.fakeGo("go1.26.8", 'sleep 0.2; echo "#!/bin/sh" > "$out"');
    const [one, other] = await Promise.all([
      ensureTools(["kwok"], maker.options(offline)),
      ensureTools(["kwok"], maker.options(offline)),
    ]);
    expect(one).toEqual(other);
    expect(maker.builds).toHaveLength(1);
  });

  test("that fails gives Go's last lines and its log, leaves nothing in the cache, and can be repeated", async () => {
    maker.fakeGo("go1.26.8", 'echo "x.go:1: undefined: y" >&2; exit 1');
    const failed = ensureTools(["kwok"], maker.options(offline));
    await expect(failed).rejects.toThrow(/Building kwok failed[^]*x\.go:1: undefined: y[^]*build-kwok\.log/);
    expect(readdirSync(join(maker.folder, "cache/tools/linux-amd64/kwok"))).toEqual([]);
    maker.fakeGo();
    await expect(ensureTools(["kwok"], maker.options(offline))).resolves.toHaveProperty("kwok");
  });

  test("without Go names the tools, where Go is to be had, and the hosts that would spare it", async () => {
    const options = maker.options({ ...offline, PATH: maker.bin });
    const failed = ensureTools(["kwok"], options);
    await expect(failed).rejects.toThrow(/needed to build kwok[^]*go\.dev\/doc\/install[^]*get\.pulumi\.com/);
  });

  test("by a Go that is too old is refused", async () => {
    maker.fakeGo("go1.25.1");
    const failed = ensureTools(["kwok"], maker.options(offline));
    await expect(failed).rejects.toThrow(/Go 1\.26 or newer is needed .*is Go 1\.25\.1/);
    expect(maker.builds).toEqual([]);
  });

  test("changes its place in the cache with the module's files", async () => {
    maker.fakeGo();
    const modules = join(maker.folder, "toolchain");
    mkdirSync(join(modules, "cluster"), { recursive: true });
    writeFileSync(join(modules, "cluster", "go.mod"), "module one\n");
    const before = await ensureTools(["kwok"], { ...maker.options(offline), modules });
    writeFileSync(join(modules, "cluster", "go.mod"), "module two\n");
    const after = await ensureTools(["kwok"], { ...maker.options(offline), modules });
    expect(after.kwok).not.toBe(before.kwok);
    expect(maker.builds).toHaveLength(2);
  });

  test("is not needed for the dynamic provider, which is a script", async () => {
    const paths = await ensureTools(["pulumi-resource-pulumi-nodejs"], maker.options(offline));
    const text = readFileSync(paths["pulumi-resource-pulumi-nodejs"], "utf8");
    expect(text).toContain("@pulumi/pulumi/cmd/dynamic-provider");
  });

  test("ends when it is aborted, and leaves neither a lock nor half a tool", async () => {
    maker.fakeGo("go1.26.8", "exec sleep 60");
    const abort = new AbortController();
    const running = ensureTools(["kwok"], { ...maker.options(offline), signal: abort.signal });
    const watch = setInterval(() => {
      if (maker.builds.length > 0) abort.abort(new Error("enough"));
    }, 20);
    await expect(running).rejects.toThrow("enough");
    clearInterval(watch);
    expect(readdirSync(join(maker.folder, "cache/tools/linux-amd64/kwok"))).toEqual([]);
  });
});

test("the cache that cannot be written is an error that names SLIPWAY_CACHE", async () => {
  maker.fakeGo();
  const file = join(maker.folder, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o400);
  const failed = ensureTools(
    ["kwok"],
    maker.options({ SLIPWAY_CACHE: "/proc/slipway", SLIPWAY_DOWNLOADS: "off" }),
  );
  await expect(failed).rejects.toThrow(/SLIPWAY_CACHE/);
});

test("a bin folder has one link for each tool, and the same content has the same folder", async () => {
  const parent = join(maker.folder, "bins");
  const one = await binFolder({ kubectl: "/a/kubectl", etcd: "/a/etcd" }, parent);
  const two = await binFolder({ etcd: "/a/etcd", kubectl: "/a/kubectl" }, parent);
  expect(two).toBe(one);
  expect(readdirSync(one).sort()).toEqual(["etcd", "kubectl"]);
  expect(readdirSync(parent)).toHaveLength(1);
});

test("Pulumi and its companions are files of a bin folder, because it does not look beside a link", async () => {
  const pulumi = maker.script("pulumi", "echo v3.259.0");
  const folder = await binFolder({ pulumi, kubectl: "/a/kubectl" }, join(maker.folder, "bins"));
  expect(lstatSync(join(folder, "pulumi")).isFile()).toBe(true);
  expect(lstatSync(join(folder, "kubectl")).isSymbolicLink()).toBe(true);
});
