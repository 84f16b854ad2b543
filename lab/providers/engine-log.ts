import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";

/** How loud a line is. */
export type Severity = "debug" | "info" | "warning" | "error";

const SEVERITY = {
  debug: enginePb.LogSeverity.DEBUG,
  info: enginePb.LogSeverity.INFO,
  warning: enginePb.LogSeverity.WARNING,
  error: enginePb.LogSeverity.ERROR,
} as const;

/**
 * The engine's log: lines about one resource, shown by the CLI beside it.
 * Lines go out in order and nobody waits for them: a log that cannot be delivered never fails an operation.
 */
export class EngineLog {
  #client: EngineClient | undefined;

  /** @param address host:port of the engine; without it every line is dropped. */
  constructor(address?: string) {
    if (address) this.attach(address);
  }

  /** Sends later lines to this engine. */
  attach(address: string): void {
    this.#client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  }

  /** A line that stays in the output. */
  line(severity: Severity, urn: string, message: string): void {
    this.#send(severity, urn, message, false);
  }

  /** A status that replaces the last one in the CLI's Info column; "" clears it. */
  status(urn: string, message: string, severity: Severity = "info"): void {
    this.#send(severity, urn, message, true);
  }

  #send(severity: Severity, urn: string, message: string, ephemeral: boolean): void {
    if (!this.#client) return;
    const request = new enginePb.LogRequest();
    request.setSeverity(SEVERITY[severity]);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    this.#client.log(request, () => undefined);
  }
}
