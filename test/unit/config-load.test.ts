import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { githubKnownHosts } from "../../components/git/github/hosts.ts";
import { loadConfig } from "../../config.ts";

const file = readFileSync(new URL("../../Pulumi.prod.yaml", import.meta.url), "utf8");
const { config: prod } = parse(file) as { config: Record<string, unknown> };
const environment = { GITHUB_TOKEN: "from-the-environment" };

/** The configuration as Pulumi hands it over: every value is a text. */
function configure(values: Record<string, unknown> = {}): void {
  const all = Object.entries({ ...prod, ...values }).filter(([, value]) => value !== undefined);
  const texts = all.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>);
}

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => output.apply((value) => resolve(value)));

/** The message of the error that loading throws. */
function refusal(env: NodeJS.ProcessEnv = environment): string {
  try {
    loadConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

beforeEach(() => configure());

describe("the environment", () => {
  test("says what the configuration leaves out, as the official provider has it", () => {
    configure({ "slipway:git": { kind: "github" } });
    const { git } = loadConfig({
      ...environment,
      GITHUB_OWNER: "umbrella",
      GITHUB_BASE_URL: "http://127.0.0.1:1/",
      SLIPWAY_KNOWN_HOSTS: githubKnownHosts.replaceAll("github.com", "[127.0.0.1]:2222"),
    });
    expect(git).toMatchObject({ owner: "umbrella", baseUrl: "http://127.0.0.1:1/", writeDelay: "1s" });
    expect(git.knownHosts).toContain("[127.0.0.1]:2222 ssh-ed25519");
  });

  test("does not win over the configuration", () => {
    expect(loadConfig({ ...environment, GITHUB_OWNER: "umbrella" }).git.owner).toBe("acme");
  });

  test("with empty variables is one without them", () => {
    const { git } = loadConfig({ ...environment, GITHUB_BASE_URL: "", SLIPWAY_KNOWN_HOSTS: "" });
    expect(git).toMatchObject({ baseUrl: "https://api.github.com/", knownHosts: githubKnownHosts });
  });

  test("has no host keys for another host than github.com: they are asked for", () => {
    expect(refusal({ ...environment, GITHUB_BASE_URL: "https://git.acme.example/api/v3/" })).toContain(
      'slipway:git.knownHosts: is missing: only the keys of github.com and gitlab.com are built in. Get those of git.acme.example with "ssh-keyscan',
    );
  });
});

describe("the token", () => {
  test.each([
    ["the configuration's", { "github:token": "configured" }, "configured"],
    ["GITHUB_TOKEN where the configuration has none", {}, "from-the-environment"],
  ])("is %s, and secret", async (_, values, token) => {
    configure(values);
    const { gitToken } = loadConfig(environment);
    expect(await valueOf(gitToken)).toBe(token);
    expect(await pulumi.isSecret(gitToken)).toBe(true);
  });

  test.each([{}, { GITHUB_TOKEN: "" }])(
    "that is missing is told with how to set it, with all else: %j",
    (env) => {
      configure({ "slipway:cluster": {} });
      const text = refusal(env);
      expect(text).toContain("github:token: is missing, and so is GITHUB_TOKEN");
      expect(text).toContain("pulumi config set --secret github:token");
      expect(text).toContain("slipway:cluster.name: is missing");
      expect(text).toContain("2 problems");
    },
  );
});

describe("the values of CI secrets", () => {
  test("are secret", async () => {
    configure({ "slipway:ciSecrets": { PASSWORD: "hunter2" } });
    const { ciSecrets } = loadConfig(environment);
    expect(await valueOf(ciSecrets)).toEqual({ PASSWORD: "hunter2" });
    expect(await pulumi.isSecret(ciSecrets)).toBe(true);
  });

  test.each([
    ["one text instead of an object", "hunter2", "slipway:ciSecrets: expected an object of names and values"],
    ["a list", ["hunter2"], "slipway:ciSecrets: expected an object"],
    ["a number", { PASSWORD: 7_777_777 }, "slipway:ciSecrets.PASSWORD: expected a text"],
    ["nothing", { PASSWORD: "" }, "slipway:ciSecrets.PASSWORD: expected a text"],
  ])("that are %s are refused, and not shown", (_, value, expected) => {
    configure({ "slipway:ciSecrets": value });
    const text = refusal();
    expect(text).toContain(expected);
    expect(text).not.toMatch(/hunter2|7777777/);
  });
});

describe("the keys", () => {
  test("below slipway: are known, or the error says which was meant", () => {
    configure({ "slipway:repositorys": {}, "slipway:zzz": 1 });
    const text = refusal();
    expect(text).toContain('slipway:repositorys: is not a key: did you mean "slipway:repositories"?');
    expect(text).toContain("slipway:zzz: is not a key that Slipway knows");
  });

  test("with a text where an object should be are refused with all else", () => {
    configure({ "slipway:flux": "2.9.3", "slipway:cluster": "prod" });
    expect(refusal()).toMatch(
      /flux: got "2.9.3", expected an object(.|\n)*cluster: got "prod", expected an object|cluster: got "prod"(.|\n)*flux: got/,
    );
  });

  test("of others are none of ours", () => {
    configure({ "kubernetes:context": "x" });
    expect(loadConfig(environment).cluster.name).toBe("production");
  });
});
