/** The section `flux`: the Flux controllers. */
import { z } from "zod";
import { fluxComponents, logLevels, type FluxControllersOptions } from "../components/flux/options.ts";
import { isLocal } from "./fence.ts";
import { checked, duration, filledText, httpUrlProblem, matching, subdomain, textQuantity } from "./forms.ts";
import { show } from "./problems.ts";
import { containerResourceProblem } from "./resource-forms.ts";

/** GitLab sends a webhook's token as it is, so the way to another machine has to be encrypted. */
const receiverUrl = checked((value) => {
  const problem = httpUrlProblem(value);
  if (problem !== undefined || value.startsWith("https://") || isLocal(value)) return problem;
  return `${show(value)} would carry the webhook's token in the clear: write "https://flux.example.com"`;
});

const component = z.enum(fluxComponents);
const resources = z.record(checked(containerResourceProblem), textQuantity);

/** The Flux controllers; defaults are those of `flux install`, see `FluxControllersOptions`. */
export const fluxSchema = z.strictObject({
  /** Version of the release, without the "v". */
  version: matching(/^\d+\.\d+\.\d+$/, 'is not a version: write "2.9.3"').default("2.9.3"),
  /** A release manifest of your own instead of the official one: a path below the project. */
  manifest: filledText.optional(),
  components: z.array(component).optional(),
  componentsExtra: z.array(component).optional(),
  registry: filledText.optional(),
  /** A Secret in flux-system with the registry's credentials. Somebody else makes it. */
  imagePullSecret: subdomain.optional(),
  networkPolicy: z.boolean().optional(),
  watchAllNamespaces: z.boolean().optional(),
  clusterDomain: filledText.optional(),
  logLevel: z.enum(logLevels).optional(),
  tolerationKeys: z.array(z.string()).optional(),
  /** Requests and limits by controller. */
  resources: z
    .partialRecord(
      component,
      z.strictObject({ requests: resources.optional(), limits: resources.optional() }),
    )
    .optional(),
  /** Pods by controller. */
  replicas: z.partialRecord(component, z.number()).optional(),
  /** Multi-tenancy lockdown: all of it, none, or in parts. Under it, each sync names the service account it acts as. */
  lockdown: z
    .union([
      z.boolean(),
      z.strictObject({
        noCrossNamespaceRefs: z.boolean().optional(),
        noRemoteBases: z.boolean().optional(),
        defaultServiceAccount: subdomain.optional(),
      }),
    ])
    .optional(),
  /** Persistent volume of source-controller's artifacts, or false. */
  storage: z
    .union([
      z.literal(false),
      z.strictObject({ size: textQuantity.optional(), storageClass: subdomain.optional() }),
    ])
    .optional(),
  /** Whether the CRDs keep the texts that `kubectl explain` prints. */
  crdDescriptions: z.boolean().optional(),
  /** Where the Git host reaches the Service webhook-receiver, or false. SLIPWAY_RECEIVER_URL stands in for the address. */
  receiver: z.union([z.literal(false), z.strictObject({ url: receiverUrl })]).optional(),
  /** How long to wait for one controller to become Available, or to be gone. */
  timeout: duration.optional(),
});

/** The section as the options of the controllers, which do not look at `manifest` and `timeout`. */
export function fluxOptions(flux: z.infer<typeof fluxSchema>): FluxControllersOptions {
  return { ...flux, version: `v${flux.version}` };
}
