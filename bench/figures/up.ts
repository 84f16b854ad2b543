/** Empty lab → platform up and first sync Ready, and where the time goes. */
import { platformDown, platformUp, type Bench } from "../bench-lab.ts";
import type { Timed } from "../commands.ts";
import { fluxByHand, removeByHand } from "../flux-by-hand.ts";
import { phases, resourceCount } from "../phases.ts";
import type { Row } from "../result.ts";
import { ratios } from "../statistics.ts";

/** Seconds that Flux's own bootstrap took for its smaller job on a lab like this one. */
const fluxBootstrap = 3.7;

/** Leaves the platform up. */
export async function measureUp(bench: Bench): Promise<Row[]> {
  bench.say("A first round, which is not counted …");
  await platformUp(bench);
  await platformDown(bench);

  const [ups, downs, byHand]: [Timed[], Timed[], number[]] = [[], [], []];
  for (let run = 1; run <= bench.runs; run += 1) {
    bench.say(`Run ${run} of ${bench.runs}: Flux by hand, up, destroy …`);
    const began = performance.now();
    await fluxByHand(bench);
    byHand.push((performance.now() - began) / 1000);
    await removeByHand(bench);
    ups.push(await platformUp(bench));
    if (run < bench.runs) downs.push(await platformDown(bench));
  }
  return rows(ups, downs, byHand);
}

function rows(ups: readonly Timed[], downs: readonly Timed[], byHand: readonly number[]): Row[] {
  const seconds = ups.map((up) => up.seconds);
  const parted = ups.map((up) => phases(up.lines, up.seconds));
  const names = parted[0]?.parts.map(({ what }) => what) ?? [];
  const what = `\`pulumi up\`, ${resourceCount(ups[0]?.lines ?? [])} resources`;
  return [
    { what, unit: "s", samples: seconds, aim: 2 * fluxBootstrap },
    ...names.map((name, index) => ({
      what: `  ${name}`,
      unit: "s" as const,
      samples: parted.map(({ parts }) => parts[index]?.seconds ?? NaN),
    })),
    {
      what: `  (${parted[0]?.beside.what ?? ""})`,
      unit: "s",
      samples: parted.map(({ beside }) => beside.seconds),
    },
    { what: "its processor time", unit: "s", samples: ups.map((up) => up.cpuSeconds) },
    { what: "Flux alone, by kubectl and git", unit: "s", samples: byHand },
    { what: "`pulumi up` in terms of that", unit: "×", samples: ratios(seconds, byHand) },
    ...(downs.length === 0
      ? []
      : [{ what: "`pulumi destroy`", unit: "s" as const, samples: downs.map((down) => down.seconds) }]),
  ];
}
