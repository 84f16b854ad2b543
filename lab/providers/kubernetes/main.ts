import { sdkVersion } from "../sdk-version.ts";
import { serve } from "../serve.ts";
import { KubernetesProvider } from "./provider.ts";

/** The offline provider `kubernetes`: the engine starts it with its own address as the only argument. */
await serve((log) => new KubernetesProvider(sdkVersion("kubernetes"), log));
