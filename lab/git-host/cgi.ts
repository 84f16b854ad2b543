import type { Readable } from "node:stream";

/** The head of a CGI program's answer. */
export interface CgiHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Longest head that is taken, in bytes. */
const longestHead = 64 * 1024;

/**
 * Reads the head of a CGI answer (RFC 3875, section 6) and leaves the body in the stream.
 *
 * @throws when the stream ends before the head does
 */
export async function readCgiHead(stream: Readable): Promise<CgiHead> {
  let read: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = await nextChunk(stream);
    if (chunk === undefined) throw new Error("The CGI program ended before it had answered.");
    read = Buffer.concat([read, chunk]);
    const end = /\r?\n\r?\n/.exec(read.toString("latin1"));
    if (end !== null) {
      const body = read.subarray(end.index + end[0].length);
      if (body.length > 0) stream.unshift(body);
      return parseHead(read.subarray(0, end.index).toString("latin1"));
    }
    if (read.length > longestHead) throw new Error("The CGI program's answer has no end of its head.");
  }
}

async function nextChunk(stream: Readable): Promise<Buffer | undefined> {
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) return chunk;
    if (stream.readableEnded || stream.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of events) stream.off(event, done);
        resolve();
      };
      const events = ["readable", "end", "close", "error"] as const;
      for (const event of events) stream.once(event, done);
    });
  }
}

function parseHead(text: string): CgiHead {
  let status = 200;
  const headers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else if (name !== "") headers[name] = value;
  }
  return { status, headers };
}
