import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import { refusal, type ResourceProvider } from "../serve.ts";
import {
  decode,
  encode,
  plainValue,
  secret,
  UNKNOWN,
  type PropertyMap,
  type PropertyValue,
} from "../values.ts";
import { CURVE_NAMES, generateKey, type KeySpec } from "../../ssh-keys/private-key.ts";

const TYPE = "tls:index/privateKey:PrivateKey";
const INPUTS = ["algorithm", "rsaBits", "ecdsaCurve"];
const ALGORITHMS = ["ED25519", "RSA", "ECDSA"];
const SECRETS = new Set(["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"]);
const OUTPUTS = [
  ...SECRETS,
  "publicKeyPem",
  "publicKeyOpenssh",
  "publicKeyFingerprintMd5",
  "publicKeyFingerprintSha256",
];

/**
 * Stands in for the official provider of @pulumi/tls, for private keys. A key lives in the state alone: it is made
 * once, and a changed input replaces it.
 * @see https://www.pulumi.com/registry/packages/tls/api-docs/privatekey/
 */
export class TlsProvider implements ResourceProvider {
  readonly name = "tls";
  readonly version: string;

  constructor(version: string) {
    this.version = version;
  }

  async configure(): Promise<pb.ConfigureResponse> {
    await Promise.resolve();
    const response = new providerPb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }

  async check(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    await Promise.resolve();
    this.#requireType(request.getUrn());
    const response = new providerPb.CheckResponse();
    response.setInputs(request.getNews());
    response.setFailuresList(problems(decode(request.getNews())).map(failure));
    return response;
  }

  async diff(request: pb.DiffRequest): Promise<pb.DiffResponse> {
    await Promise.resolve();
    const [olds, news] = [decode(request.getOlds()), withDefaults(decode(request.getNews()))];
    const changed = INPUTS.filter(
      (name) => JSON.stringify(known(olds[name])) !== JSON.stringify(known(news[name])),
    );
    const response = new providerPb.DiffResponse();
    const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
    response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
    response.setDiffsList(changed);
    response.setReplacesList(changed);
    return response;
  }

  async create(request: pb.CreateRequest): Promise<pb.CreateResponse> {
    this.#requireType(request.getUrn());
    const inputs = withDefaults(decode(request.getProperties()));
    const response = new providerPb.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(encode(withOutputs(inputs, () => UNKNOWN)));
      return response;
    }
    const { id, outputs } = await generateKey(specOf(inputs));
    const values: Readonly<Record<string, string>> = { ...outputs };
    response.setId(id);
    response.setProperties(encode({ ...withOutputs(inputs, (name) => values[name] ?? ""), id }));
    return response;
  }

  /** There is nothing outside of the state to read. */
  async read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    await Promise.resolve();
    this.#requireType(request.getUrn());
    if (!request.getProperties()?.getFieldsMap().has("privateKeyPem")) {
      throw refusal(this.name, "the import of a private key", "let it make a new one");
    }
    const response = new providerPb.ReadResponse();
    response.setId(request.getId());
    response.setProperties(request.getProperties());
    response.setInputs(request.getInputs());
    return response;
  }

  async update(): Promise<pb.UpdateResponse> {
    await Promise.resolve();
    throw new Error(
      "a private key is replaced, and never updated: the engine asked for what its diff did not offer",
    );
  }

  async delete(): Promise<void> {
    // The key leaves with the state.
  }

  #requireType(urn: string): void {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    if (type !== TYPE) throw refusal(this.name, `the type ${type}`, `use ${TYPE}`);
  }
}

function problems(inputs: PropertyMap): { property: string; reason: string }[] {
  const found = Object.keys(inputs)
    .filter((property) => !INPUTS.includes(property))
    .map((property) => ({ property, reason: "the lab's offline tls provider does not know this property" }));
  const oneOf = (property: string, allowed: readonly string[]): void => {
    const value = plainValue(inputs[property] ?? null);
    if (value === UNKNOWN || (value === null && property !== "algorithm")) return;
    if (typeof value === "string" && allowed.includes(value)) return;
    found.push({ property, reason: `got ${JSON.stringify(value)}: write one of ${allowed.join(", ")}` });
  };
  oneOf("algorithm", ALGORITHMS);
  oneOf("ecdsaCurve", CURVE_NAMES);
  const bits = plainValue(inputs["rsaBits"] ?? null);
  if (
    bits !== null &&
    bits !== UNKNOWN &&
    (typeof bits !== "number" || bits < 1024 || !Number.isInteger(bits))
  ) {
    found.push({
      property: "rsaBits",
      reason: `got ${JSON.stringify(bits)}: write a whole number from 1024 on`,
    });
  }
  return found;
}

function failure({ property, reason }: { property: string; reason: string }): pb.CheckFailure {
  const message = new providerPb.CheckFailure();
  message.setProperty(property);
  message.setReason(reason);
  return message;
}

function withDefaults(inputs: PropertyMap): PropertyMap {
  return { ...inputs, ecdsaCurve: inputs["ecdsaCurve"] ?? "P224", rsaBits: inputs["rsaBits"] ?? 2048 };
}

function withOutputs(inputs: PropertyMap, value: (name: string) => PropertyValue): PropertyMap {
  const outputs = OUTPUTS.map((name) => [name, SECRETS.has(name) ? secret(value(name)) : value(name)]);
  return { ...inputs, ...(Object.fromEntries(outputs) as PropertyMap) };
}

function specOf(inputs: PropertyMap): KeySpec {
  return {
    algorithm: plainValue(inputs["algorithm"] ?? null) as KeySpec["algorithm"],
    rsaBits: plainValue(inputs["rsaBits"] ?? null) as number,
    ecdsaCurve: plainValue(inputs["ecdsaCurve"] ?? null) as string,
  };
}

/** A value for comparison: an unknown one is like no other. */
function known(value: PropertyValue | undefined): unknown {
  return value === UNKNOWN ? { unknown: true } : plainValue(value ?? null);
}
