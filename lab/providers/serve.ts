import grpc from "@grpc/grpc-js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";

import { EngineLog } from "./engine-log.ts";
import { readStructsAsArrays } from "./struct-arrays.ts";
import { encode, type PropertyMap } from "./values.ts";

/**
 * What an offline provider implements: Pulumi's ResourceProvider service
 * (https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto), one promise a call.
 * A call that is left out is refused by name.
 */
export interface ResourceProvider {
  /** The package's name, as in its type tokens. */
  readonly name: string;
  /** The version of the official package that this one stands in for. */
  readonly version: string;
  checkConfig?(request: pb.CheckRequest): Promise<pb.CheckResponse>;
  diffConfig?(request: pb.DiffRequest): Promise<pb.DiffResponse>;
  configure(request: pb.ConfigureRequest): Promise<pb.ConfigureResponse>;
  check(request: pb.CheckRequest): Promise<pb.CheckResponse>;
  diff(request: pb.DiffRequest): Promise<pb.DiffResponse>;
  create(request: pb.CreateRequest): Promise<pb.CreateResponse>;
  read(request: pb.ReadRequest): Promise<pb.ReadResponse>;
  update(request: pb.UpdateRequest): Promise<pb.UpdateResponse>;
  delete(request: pb.DeleteRequest): Promise<void>;
  /** Ends what is under way: the user asked for it. */
  cancel?(): void;
}

/**
 * A resource exists, but did not become what it should be: the engine keeps it in the state, with the reasons,
 * and tries again in the next run.
 */
export class InitFailedError extends Error {
  readonly id: string;
  readonly properties: PropertyMap;
  readonly reasons: readonly string[];
  readonly inputs: PropertyMap | undefined;

  constructor(
    message: string,
    partial: {
      id: string;
      properties: PropertyMap;
      reasons?: readonly string[];
      inputs?: PropertyMap | undefined;
    },
  ) {
    super(message);
    this.name = "InitFailedError";
    this.id = partial.id;
    this.properties = partial.properties;
    this.reasons = partial.reasons ?? [message];
    this.inputs = partial.inputs;
  }
}

/** A provider that refuses something says so in the same words everywhere. */
export function refusal(provider: string, what: string, instead: string): Error {
  return new Error(
    `the lab's offline ${provider} provider does not handle ${what}: ${instead}, ` +
      `or install the official plugin (\`pulumi plugin install resource ${provider}\`)`,
  );
}

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
const PARENT_CHECK_MS = 2_000;

/**
 * Serves a provider as an engine starts it: the engine's address comes in argv, the port goes out as the one line on
 * stdout. Listens on 127.0.0.1 only, and ends when the engine that started it is gone.
 */
export async function serve(create: (log: EngineLog) => ResourceProvider): Promise<void> {
  const log = new EngineLog(process.argv.slice(2).find((argument) => !argument.startsWith("-")));
  const provider = create(log);
  readStructsAsArrays();
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(providerGrpc.ResourceProviderService, handlers(provider, log));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });

  // The engine first asks by Cancel, then ends its plugins, which are process groups of their own, by SIGINT.
  process.on("SIGINT", () => process.exit(0));
  process.on("SIGTERM", () => process.exit(0));
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, PARENT_CHECK_MS).unref();

  process.stdout.write(`${String(port)}\n`);
}

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;

/** Wires promises to gRPC callbacks, and errors to the statuses that the engine reads. */
function handlers(provider: ResourceProvider, log: EngineLog): grpc.UntypedServiceImplementation {
  const unary =
    <Request, Response>(work: (request: Request) => Promise<Response> | Response): Unary<Request, Response> =>
    (call, callback) => {
      Promise.resolve(call.request)
        .then(work)
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback(serviceError(error)),
        );
    };
  const refuse = (what: string) =>
    unary<unknown, never>(() => {
      throw refusal(provider.name, what, "use a resource instead");
    });
  const unimplemented = (call: string) =>
    ((_request, callback) =>
      callback({ code: grpc.status.UNIMPLEMENTED, details: `${call} is not implemented` })) as Unary<
      unknown,
      never
    >;

  return {
    handshake: unimplemented("Handshake"),
    parameterize: unimplemented("Parameterize"),
    getMapping: unimplemented("GetMapping"),
    getMappings: unimplemented("GetMappings"),
    getSchema: unary(() => {
      const response = new providerPb.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: provider.name, version: provider.version, resources: {} }));
      return response;
    }),
    getPluginInfo: unary(() => {
      const response = new pluginPb.PluginInfo();
      response.setVersion(provider.version);
      return response;
    }),
    attach: unary((request: { getAddress(): string }) => {
      log.attach(request.getAddress());
      return new emptyPb.Empty();
    }),
    checkConfig: unary((request: pb.CheckRequest) => {
      if (provider.checkConfig) return provider.checkConfig(request);
      const response = new providerPb.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    }),
    diffConfig: provider.diffConfig
      ? unary((request: pb.DiffRequest) => provider.diffConfig?.(request))
      : unimplemented("DiffConfig"),
    configure: unary((request: pb.ConfigureRequest) => provider.configure(request)),
    invoke: unary((request: pb.InvokeRequest) => {
      throw refusal(provider.name, `the function ${request.getTok()}`, "declare a resource instead");
    }),
    call: unary((request: pb.CallRequest) => {
      throw refusal(provider.name, `the method ${request.getTok()}`, "declare a resource instead");
    }),
    construct: unary((request: pb.ConstructRequest) => {
      throw refusal(provider.name, `the component ${request.getType()}`, "declare its resources one by one");
    }),
    list: refuse("listing of resources"),
    check: unary((request: pb.CheckRequest) => provider.check(request)),
    diff: unary((request: pb.DiffRequest) => provider.diff(request)),
    create: unary((request: pb.CreateRequest) => provider.create(request)),
    read: unary((request: pb.ReadRequest) => provider.read(request)),
    update: unary((request: pb.UpdateRequest) => provider.update(request)),
    delete: unary(async (request: pb.DeleteRequest) => {
      await provider.delete(request);
      return new emptyPb.Empty();
    }),
    cancel: unary(() => {
      provider.cancel?.();
      return new emptyPb.Empty();
    }),
  };
}

/**
 * The gRPC form of an error. Details of an `InitFailedError` travel in `grpc-status-details-bin`, as a
 * `google.rpc.Status`, which is where the engine looks for them.
 */
export function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitFailedError) {
    const detail = new providerPb.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(encode(error.properties));
    detail.setReasonsList([...error.reasons]);
    if (error.inputs) detail.setInputs(encode(error.inputs));
    const packed = new anyPb.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statusPb.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
