import { sdkVersion } from "../sdk-version.ts";
import { serve } from "../serve.ts";
import { TlsProvider } from "./provider.ts";

/** The offline provider `tls`: the engine starts it with its own address as the only argument. */
await serve(() => new TlsProvider(sdkVersion("tls")));
