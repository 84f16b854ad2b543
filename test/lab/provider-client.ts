/** Starts an offline provider as the engine does, and speaks its protocol. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import { installOfflineProviders, type OfflineProvider } from "../../lab/providers/install.ts";
import { sdkVersion } from "../../lab/providers/sdk-version.ts";
import { decode, encode, type PropertyMap } from "../../lab/providers/values.ts";

/** A resource as its state has it. */
export interface Saved {
  readonly id: string;
  readonly properties: PropertyMap;
}

/** An error that keeps its resource in the state. */
export class KeptError extends Error {
  readonly saved: Saved;
  readonly reasons: readonly string[];

  constructor(message: string, detail: pb.ErrorResourceInitFailed) {
    super(message);
    this.saved = { id: detail.getId(), properties: decode(detail.getProperties()) };
    this.reasons = detail.getReasonsList();
  }
}

type Callback<T> = (error: grpc.ServiceError | null, response: T) => void;

/** A provider that runs as a plugin. */
export class ProviderClient {
  readonly #client: InstanceType<typeof providerGrpc.ResourceProviderClient>;
  readonly #end: () => Promise<void>;

  private constructor(port: string, end: () => Promise<void>) {
    this.#client = new providerGrpc.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    this.#end = end;
  }

  /** Installs the plugins into a PULUMI_HOME of the test's own, and starts one of them. */
  static async start(
    name: OfflineProvider,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<ProviderClient> {
    const home = await mkdtemp(join(tmpdir(), "slipway-plugins-"));
    await installOfflineProviders(home);
    const script = join(home, "plugins", `resource-${name}-v${sdkVersion(name)}`, `pulumi-resource-${name}`);
    const child = spawn(script, [], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"] ?? "" },
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const port = await new Promise<string>((resolve) => createInterface(child.stdout).once("line", resolve));
    const client = new ProviderClient(port, async () => {
      child.kill("SIGINT");
      await exited;
      await rm(home, { recursive: true, force: true });
    });
    await client.configure(name, variables);
    return client;
  }

  /** Ends the plugin as the engine does: Cancel, then SIGINT. */
  async end(): Promise<void> {
    await call((callback: Callback<unknown>) => this.#client.cancel(new emptyPb.Empty(), callback));
    this.#client.close();
    await this.#end();
  }

  async configure(name: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const request = new providerPb.ConfigureRequest();
    for (const [key, value] of Object.entries(variables))
      request.getVariablesMap().set(`${name}:config:${key}`, value);
    request.setAcceptsecrets(true);
    await call((callback: Callback<pb.ConfigureResponse>) => this.#client.configure(request, callback));
  }

  async check(type: string, news: PropertyMap): Promise<PropertyMap> {
    const request = new providerPb.CheckRequest();
    request.setUrn(urn(type));
    request.setNews(encode(news));
    const response = await call((callback: Callback<pb.CheckResponse>) =>
      this.#client.check(request, callback),
    );
    const [failure] = response.getFailuresList();
    if (failure) throw new Error(`${failure.getProperty()}: ${failure.getReason()}`);
    return decode(response.getInputs());
  }

  /** Names of the inputs that change, and of those that make another resource. */
  async diff(
    type: string,
    saved: Saved,
    news: PropertyMap,
  ): Promise<{ changes: string[]; replaces: string[] }> {
    const request = new providerPb.DiffRequest();
    request.setUrn(urn(type));
    request.setId(saved.id);
    request.setOlds(encode(saved.properties));
    request.setNews(encode(news));
    const response = await call((callback: Callback<pb.DiffResponse>) =>
      this.#client.diff(request, callback),
    );
    return { changes: response.getDiffsList(), replaces: response.getReplacesList() };
  }

  async create(
    type: string,
    inputs: PropertyMap,
    options: { preview?: boolean; timeout?: number } = {},
  ): Promise<Saved> {
    const request = new providerPb.CreateRequest();
    request.setUrn(urn(type));
    request.setProperties(encode(inputs));
    request.setPreview(options.preview ?? false);
    request.setTimeout(options.timeout ?? 0);
    const response = await call((callback: Callback<pb.CreateResponse>) =>
      this.#client.create(request, callback),
    );
    return { id: response.getId(), properties: decode(response.getProperties()) };
  }

  async update(type: string, saved: Saved, news: PropertyMap): Promise<Saved> {
    const request = new providerPb.UpdateRequest();
    request.setUrn(urn(type));
    request.setId(saved.id);
    request.setOlds(encode(saved.properties));
    request.setNews(encode(news));
    const response = await call((callback: Callback<pb.UpdateResponse>) =>
      this.#client.update(request, callback),
    );
    return { id: saved.id, properties: decode(response.getProperties()) };
  }

  async read(type: string, saved: Saved, inputs: PropertyMap): Promise<Saved & { inputs: PropertyMap }> {
    const request = new providerPb.ReadRequest();
    request.setUrn(urn(type));
    request.setId(saved.id);
    request.setProperties(encode(saved.properties));
    request.setInputs(encode(inputs));
    const response = await call((callback: Callback<pb.ReadResponse>) =>
      this.#client.read(request, callback),
    );
    const properties = decode(response.getProperties());
    return { id: response.getId(), properties, inputs: decode(response.getInputs()) };
  }

  async delete(type: string, saved: Saved, timeout = 0): Promise<void> {
    const request = new providerPb.DeleteRequest();
    request.setUrn(urn(type));
    request.setId(saved.id);
    request.setProperties(encode(saved.properties));
    request.setTimeout(timeout);
    await call((callback: Callback<unknown>) => this.#client.delete(request, callback));
  }
}

function urn(type: string): string {
  return `urn:pulumi:test::test::${type}::it`;
}

async function call<T>(work: (callback: Callback<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    work((error, response) => {
      if (error) reject(keptError(error) ?? new Error(error.details));
      else resolve(response);
    });
  });
}

/** Reads what the engine would read from the error's details. */
function keptError(error: grpc.ServiceError): KeptError | undefined {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!(details instanceof Uint8Array)) return undefined;
  const [packed] = statusPb.Status.deserializeBinary(details).getDetailsList();
  const detail = packed?.unpack(
    (bytes) => providerPb.ErrorResourceInitFailed.deserializeBinary(bytes),
    "pulumirpc.ErrorResourceInitFailed",
  );
  return detail ? new KeptError(error.details, detail) : undefined;
}
