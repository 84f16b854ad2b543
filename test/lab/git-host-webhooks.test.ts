import { createHmac } from "node:crypto";
import { type IncomingHttpHeaders, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { TestHost } from "../../lab/git-host/testing.ts";

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let lab: TestHost;
let receiver: Server;
let url: string;
/** Deliveries by webhook, and who waits for the next one of an event. */
const deliveries: Delivery[] = [];
let arrived: () => void = () => undefined;

beforeAll(async () => {
  lab = await TestHost.start(["api.github.com"]);
  return () => lab.stop();
});
beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      deliveries.push({ headers: request.headers, body });
      response.end();
      arrived();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  return () => {
    receiver.close();
  };
});

/** The first delivery of an event, now or when it comes. */
async function delivery(event: string): Promise<Delivery> {
  for (;;) {
    const found = deliveries.find((it) => it.headers["x-github-event"] === event);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => (arrived = resolve));
  }
}

test("a webhook is told of a push, signed with its secret", async () => {
  await lab.repository("app");
  const config = { url, content_type: "json", secret: "s3same" };
  const created = await lab.call("POST", "/repos/acme/app/hooks", { config, events: ["push"], active: true });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({ config: { url, secret: "********" }, events: ["push"] });
  await delivery("ping");
  const work = await lab.working("work");
  await lab.gitOk(work, ["push", lab.http("app"), "main"], lab.withToken());
  const { body, headers } = await delivery("push");
  const signature = createHmac("sha256", "s3same").update(body).digest("hex");
  expect(headers["x-hub-signature-256"]).toBe(`sha256=${signature}`);
  expect(JSON.parse(body)).toMatchObject({
    ref: "refs/heads/main",
    after: await lab.gitOk(work, ["rev-parse", "HEAD"]),
    repository: { full_name: "acme/app" },
  });
  expect(lab.problems).toEqual([]);
});

test("webhooks are listed, changed and removed, and one cannot be there twice", async () => {
  await lab.repository("hooks");
  const path = "/repos/acme/hooks/hooks";
  const create = (fields: object = {}) =>
    lab.call("POST", path, { config: { url, content_type: "json" }, ...fields });
  const { id } = (await create({ active: false })).body as { id: number };
  expect((await create()).status).toBe(422);
  expect((await lab.call("POST", path, { config: {} })).status).toBe(422);
  expect((await lab.call("POST", path, { config: { url: "ftp://127.0.0.1" } })).status).toBe(422);
  expect((await lab.call("PATCH", `${path}/${id}`, { events: ["push", "release"] })).body).toMatchObject({
    active: false,
    events: ["push", "release"],
    config: { url, content_type: "json" },
  });
  expect((await lab.call("GET", `${path}/${id}`)).status).toBe(200);
  expect((await lab.call("GET", path)).body).toHaveLength(1);
  expect((await lab.call("DELETE", `${path}/${id}`)).status).toBe(204);
  expect((await lab.call("GET", `${path}/${id}`)).status).toBe(404);
  expect(lab.problems).toEqual([]);
});

test("nothing is delivered to another machine", async () => {
  await lab.repository("afar");
  const path = "/repos/acme/afar/hooks";
  const { id } = (await lab.call("POST", path, { config: { url: "http://192.0.2.1/hook" } })).body as {
    id: number;
  };
  expect((await lab.call("GET", `${path}/${id}`)).body).toMatchObject({
    last_response: { code: null, message: "The lab delivers to 127.0.0.1 only." },
  });
});
