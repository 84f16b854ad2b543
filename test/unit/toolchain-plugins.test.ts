import { existsSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { markOffline, pluginFolder, resolvePlugins, type PluginOptions } from "../../toolchain/plugins.ts";
import { Maker } from "./toolchain-maker.ts";

let maker: Maker;
beforeEach(async () => {
  maker = await Maker.start();
});
afterEach(async () => {
  await maker.remove();
});

const home = (): string => join(maker.folder, "pulumi-home");

/** A Pulumi whose `plugin install resource NAME vVERSION` makes the folder that the real one makes. */
function options(env: NodeJS.ProcessEnv = {}): PluginOptions {
  const pulumi = maker.script(
    "pulumi-cli",
    'd="$PULUMI_HOME/plugins/resource-$4-$5"; mkdir -p "$d"; echo "#!/bin/sh" > "$d/pulumi-resource-$4"',
  );
  return { ...maker.options(env), pulumi };
}

const kinds = (choices: Awaited<ReturnType<typeof resolvePlugins>>): string[] =>
  choices.map(({ name, kind, installed }) => `${name} ${kind}${installed ? "" : ", to be installed"}`);

test("official plugins are installed by Pulumi where the maker answers", async () => {
  const choices = await resolvePlugins(home(), options());
  expect(kinds(choices)).toEqual([
    "kubernetes official",
    "github official",
    "gitlab official",
    "tls official",
  ]);
  expect(choices.every(({ folder, name }) => existsSync(join(folder, `pulumi-resource-${name}`)))).toBe(true);
});

test("where the maker does not answer, GitHub's is the bridged provider and the others are left to the caller", async () => {
  const offline = options();
  await maker.stop();
  maker.fakeGo();
  const choices = await resolvePlugins(home(), offline);
  expect(kinds(choices)).toEqual([
    "kubernetes offline, to be installed",
    "github offline",
    "gitlab offline, to be installed",
    "tls offline, to be installed",
  ]);
  const github = choices.find(({ name }) => name === "github");
  expect(lstatSync(join(github?.folder ?? "", "pulumi-resource-github")).isSymbolicLink()).toBe(true);
});

test("what is installed stays, also when the network comes back", async () => {
  const folder = pluginFolder(home(), "kubernetes", "4.32.0");
  await markOffline(folder, "test");
  writeFileSync(join(folder, "pulumi-resource-kubernetes"), "", { mode: 0o755 });
  const choices = await resolvePlugins(home(), { ...options(), plugins: ["kubernetes"] });
  expect(kinds(choices)).toEqual(["kubernetes offline"]);
  expect(maker.asked).toEqual([]);
});

test("SLIPWAY_PLUGINS=official replaces a stand-in", async () => {
  const folder = pluginFolder(home(), "kubernetes", "4.32.0");
  await markOffline(folder, "test");
  writeFileSync(join(folder, "pulumi-resource-kubernetes"), "", { mode: 0o755 });
  const forced = { ...options({ SLIPWAY_PLUGINS: "official" }), plugins: ["kubernetes"] as const };
  expect(kinds(await resolvePlugins(home(), forced))).toEqual(["kubernetes official"]);
  expect(kinds(await resolvePlugins(home(), { ...options(), plugins: ["kubernetes"] }))).toEqual([
    "kubernetes official",
  ]);
});

test("SLIPWAY_PLUGINS=offline removes an official plugin without asking anybody", async () => {
  const folder = pluginFolder(home(), "tls", "5.2.0");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pulumi-resource-tls"), "", { mode: 0o755 });
  const forced = { ...options({ SLIPWAY_PLUGINS: "offline" }), plugins: ["tls"] as const };
  expect(kinds(await resolvePlugins(home(), forced))).toEqual(["tls offline, to be installed"]);
  expect(existsSync(folder)).toBe(false);
  expect(maker.asked).toEqual([]);
});

test("SLIPWAY_PLUGINS=official is an error where the maker does not answer, and so is any other word", async () => {
  const forced = options({ SLIPWAY_PLUGINS: "official" });
  await maker.stop();
  await expect(resolvePlugins(home(), forced)).rejects.toThrow(
    /kubernetes 4\.32\.0 cannot be had: .*refused/,
  );
  await expect(resolvePlugins(home(), options({ SLIPWAY_PLUGINS: "yes" }))).rejects.toThrow(
    /write "official"/,
  );
});
