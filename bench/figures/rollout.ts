/** From a push to the fluxcd repository until every pod runs what was pushed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kubectl, platformUp, type Bench } from "../bench-lab.ts";
import { clone, push } from "../git.ts";
import type { Row } from "../result.ts";

const manifest = "apps/spring-app/deployment.yaml";
const namespace = "spring-app-namespace";

/** Leaves the platform up. */
export async function measureRollout(bench: Bench): Promise<Row[]> {
  await platformUp(bench);
  const folder = await clone(bench, "flux-cd");
  const [polled, told]: [number[], number[]] = [[], []];
  for (let run = 1; run <= bench.runs; run += 1) {
    bench.say(`Run ${run} of ${bench.runs}: a push that Flux finds, and one that it is told of …`);
    polled.push(await rollout(bench, folder, false));
    told.push(await rollout(bench, folder, true));
  }
  return [
    { what: "push → rolled out; the source looks every 15 s", unit: "s", samples: polled },
    { what: "the same, when Flux is told of the push", unit: "s", samples: told },
  ];
}

let image = 0;

/** Pushes an image that nobody had before. */
async function rollout(bench: Bench, folder: string, tell: boolean): Promise<number> {
  const text = await readFile(join(folder, manifest), "utf8");
  image += 1;
  const wanted = `example.com/bench:${image}`;
  await push(bench, folder, { [manifest]: text.replace(/^(\s*(?:- )?image:).*$/m, `$1 ${wanted}`) });
  const began = performance.now();
  if (tell) {
    const request = `reconcile.fluxcd.io/requestedAt=${Date.now()}`;
    const source = "gitrepository.source.toolkit.fluxcd.io/flux-cd";
    await kubectl(bench, "annotate", "--overwrite", "--namespace", "flux-system", source, request);
  }
  const deployment = ["--namespace", namespace, "deployment/spring-app"];
  const path = "{.spec.template.spec.containers[0].image}";
  await kubectl(bench, "wait", ...deployment, `--for=jsonpath=${path}=${wanted}`, "--timeout=2m");
  await kubectl(bench, "rollout", "status", ...deployment, "--timeout=2m");
  return (performance.now() - began) / 1000;
}
