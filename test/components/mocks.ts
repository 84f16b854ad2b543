/** Pulumi without an engine: records what a program registers, and answers as the providers would. */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** One registered resource. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Name of the explicit provider; empty for a default one. */
  readonly provider: string;
  readonly custom: boolean;
}

/** Outputs that a provider would add, by type; a type that is not listed gets its inputs only. */
export type Outputs = Readonly<
  Record<string, (name: string, inputs: Record<string, unknown>) => Record<string, unknown>>
>;

/** How a program is run. */
export interface Run {
  /** A first preview: nothing exists yet, so that all that a provider would add is unknown. */
  readonly preview?: boolean;
}

/** An answer of the engine's to a registration. */
type Answer = (error: null, response: object) => void;

// Pulumi's mocks say that they support hooks, and then have no answer to one that is registered. Here none is ever run.
Object.assign(MockMonitor.prototype, {
  registerErrorHook: (_request: unknown, answer: Answer) => answer(null, {}),
  registerResourceHook: (_request: unknown, answer: Answer) => answer(null, {}),
});

/** Starts recording; what is registered from now on lands in the list. */
export async function record(outputs: Outputs = {}, { preview = false }: Run = {}): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider, custom }) => {
        const given = inputs as Record<string, unknown>;
        registered.push({
          type,
          name,
          inputs: given,
          provider: provider?.split("::").at(-2) ?? "",
          custom: custom ?? false,
        });
        if (preview) return { id: "", state: given };
        return { id: `${name}-id`, state: { ...given, ...outputs[type]?.(name, given) } };
      },
      call: ({ token }) => {
        throw new Error(`unexpected call of ${token}`);
      },
    },
    "slipway",
    "test",
    preview,
  );
  return registered;
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value)));
}

/** Waits until nothing more is registered. */
export async function settled(registered: readonly Registered[]): Promise<void> {
  for (let before = -1; before !== registered.length;) {
    before = registered.length;
    for (let turn = 0; turn < 25; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The one resource of a name. */
export function only(registered: readonly Registered[], name: string): Registered {
  const found = registered.filter((resource) => resource.name === name);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(
      `${found.length} resources are called "${name}" among ${registered.map((resource) => resource.name).join(", ")}`,
    );
  }
  return found[0];
}
