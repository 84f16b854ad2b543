import { createServer, request, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { parseServiceHost } from "../../lab/process-node/service-name.ts";
import { createIngress, createServiceProxy } from "../../lab/process-node/service-proxy.ts";
import { endpointsOf, Unroutable } from "../../lab/process-node/service-resolver.ts";

describe("parseServiceHost", () => {
  it.each(["source-controller.flux-system.svc", "source-controller.flux-system.svc.cluster.local."])(
    "knows %s",
    (host) => {
      expect(parseServiceHost(host)).toEqual({ service: "source-controller", namespace: "flux-system" });
    },
  );

  it.each(["example.com", "a.svc", "x.a.b.svc", "a.b.svc.example.com", "127.0.0.1", "a.b"])(
    "refuses %s",
    (host) => {
      expect(parseServiceHost(host)).toBeUndefined();
    },
  );
});

describe("endpointsOf", () => {
  const service = { metadata: { name: "s" }, spec: { ports: [{ name: "http", port: 80 }] } };
  const slice = {
    metadata: { name: "s-1" },
    ports: [
      { name: "other", port: 1 },
      { name: "http", port: 9090 },
    ],
    endpoints: [
      { conditions: { ready: true }, targetRef: { kind: "Pod", name: "a" } },
      { conditions: { ready: false }, targetRef: { kind: "Pod", name: "b" } },
    ],
  };

  it("follows the port's name to the ready pods", () => {
    expect(endpointsOf(service, 80, [slice])).toEqual([{ pod: "a", port: 9090 }]);
  });

  it("says which ports there are", () => {
    expect(() => endpointsOf(service, 81, [slice])).toThrow(/Service s has no port 81, only 80/);
  });
});

describe("the service proxy", () => {
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(
      servers.splice(0).map(async (server) => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }),
    );
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async function start(): Promise<number> {
    const target = await listen(
      createServer((incoming, response) => {
        response.end(`${incoming.method ?? ""} ${incoming.url ?? ""} ${incoming.headers.host ?? ""}`);
      }),
    );
    return listen(
      createServiceProxy((host) =>
        host === "s.n.svc" ? Promise.resolve(target) : Promise.reject(new Unroutable(`${host}: refused`)),
      ),
    );
  }

  async function ask(port: number, path: string): Promise<{ code: number | undefined; text: string }> {
    return new Promise((resolve, reject) => {
      request({ host: "127.0.0.1", port, path, agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ code: response.statusCode, text }));
      })
        .on("error", reject)
        .end();
    });
  }

  it("passes a request for a Service on, with its path and host", async () => {
    const answer = await ask(await start(), "http://s.n.svc/a?b=1");
    expect(answer).toEqual({ code: 200, text: "GET /a?b=1 s.n.svc" });
  });

  it("as an ingress leads to one Service, whatever host it was asked for", async () => {
    const target = await listen(
      createServer((incoming, response) => {
        response.end(`${incoming.url ?? ""} ${incoming.headers.host ?? ""}`);
      }),
    );
    const found: string[] = [];
    const ingress = createIngress((host, port) => {
      found.push(`${host}:${port}`);
      return Promise.resolve(target);
    }, "webhook-receiver.flux-system.svc");
    const answer = await ask(await listen(ingress), "/hook/a?b=1");
    expect(answer).toEqual({ code: 200, text: "/hook/a?b=1 webhook-receiver.flux-system.svc" });
    expect(found).toEqual(["webhook-receiver.flux-system.svc:80"]);
  });

  it("refuses everything else with the reason", async () => {
    const answer = await ask(await start(), "http://example.com/");
    expect(answer).toEqual({ code: 502, text: "example.com: refused\n" });
  });

  it("outlives a client that resets a refused tunnel", async () => {
    const port = await start();
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write("CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n");
      });
      socket.once("data", () => socket.resetAndDestroy());
      socket.once("close", () => resolve());
    });
    expect((await ask(port, "http://s.n.svc/")).code).toBe(200);
  });
});
