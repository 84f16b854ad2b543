import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { EngineLog } from "../engine-log.ts";
import { refusal, type ResourceProvider } from "../serve.ts";
import { containsUnknown, decode, encode, plain, type JsonObject } from "../values.ts";
import { checkInputs, type Autonaming } from "./check.ts";
import { Cluster } from "./cluster.ts";
import { annotation, gvkOf, gvkOfToken, isCrd, typeOfUrn, type Gvk } from "./kinds.ts";
import { NotLocalError } from "./kubeconfig.ts";
import { Lifecycle } from "./lifecycle.ts";
import { planUpdate } from "./replacement.ts";
import { diffSettings, readSettings, settingProblems, type Settings } from "./settings.ts";
import { inputsOf, markSecrets, parseCheckpoint } from "./state.ts";

const CONFIG_PREFIX = "kubernetes:config:";

/** Everything that is known once the engine has configured the provider. */
interface Configured {
  readonly settings: Settings;
  readonly cluster: Cluster | undefined;
  readonly defaultNamespace: string;
  /** Why the cluster cannot be used; undefined when it can. */
  readonly problem: Promise<string | undefined>;
}

/**
 * Stands in for the official provider of @pulumi/kubernetes, for single objects, against the lab's own cluster.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go
 */
export class KubernetesProvider implements ResourceProvider {
  readonly name = "kubernetes";
  readonly version: string;
  readonly #log: EngineLog;
  readonly #cancelled = new AbortController();
  #configured: Configured | undefined;

  constructor(version: string, log: EngineLog) {
    this.version = version;
    this.#log = log;
  }

  async checkConfig(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    await Promise.resolve();
    const response = new providerPb.CheckResponse();
    response.setInputs(request.getNews());
    const problems = settingProblems(decode(request.getNews()));
    response.setFailuresList(problems.map(({ property, reason }) => checkFailure(property, reason)));
    return response;
  }

  async diffConfig(request: pb.DiffRequest): Promise<pb.DiffResponse> {
    await Promise.resolve();
    const response = new providerPb.DiffResponse();
    const { diffs, replaces } = diffSettings(
      plain(decode(request.getOlds())),
      plain(decode(request.getNews())),
    );
    const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
    response.setChanges(diffs.length === 0 ? DIFF_NONE : DIFF_SOME);
    response.setDiffsList([...diffs]);
    response.setReplacesList([...replaces]);
    return response;
  }

  async configure(request: pb.ConfigureRequest): Promise<pb.ConfigureResponse> {
    await Promise.resolve();
    const variables = new Map<string, string>();
    request.getVariablesMap().forEach((value, key) => {
      if (key.startsWith(CONFIG_PREFIX)) variables.set(key.slice(CONFIG_PREFIX.length), value);
    });
    const settings = readSettings(variables, process.env);
    const { connection } = settings;
    if (connection instanceof NotLocalError) throw connection;
    const cluster = connection instanceof Error ? undefined : new Cluster(connection, this.#cancelled.signal);
    this.#configured = {
      settings,
      cluster,
      defaultNamespace: settings.namespace ?? (connection instanceof Error ? "" : connection.namespace),
      // Asked at once, and waited for by the first operation that needs the answer.
      problem:
        connection instanceof Error
          ? Promise.resolve(connection.message)
          : (cluster?.problem() ?? Promise.resolve("")),
    };
    const response = new providerPb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    response.setSupportsAutonamingConfiguration(true);
    return response;
  }

  async check(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    const configured = this.#configuration();
    const urn = request.getUrn();
    const token = this.#tokenGvk(urn);
    const response = new providerPb.CheckResponse();
    const reachable = (await configured.problem) === undefined;
    if (!reachable && configured.settings.skipUpdateUnreachable) {
      this.#log.line(
        "warning",
        urn,
        "the cluster cannot be reached: skipUpdateUnreachable leaves the resource as it is",
      );
      response.setInputs(request.getOlds());
      return response;
    }
    const news = decode(request.getNews());
    const object = inputsOf(news);
    const gvk = gvkOf(object, token);
    const discovery = configured.cluster?.discovery;
    const namespaced = discovery ? await discovery.isNamespaced(gvk, reachable) : true;
    const inputs = checkInputs({
      urn,
      gvk,
      news: object,
      olds: inputsOf(decode(request.getOlds())),
      randomSeed: request.getRandomseed_asU8(),
      autonaming: autonamingOf(request),
      defaultNamespace: namespaced ? configured.defaultNamespace : "",
    });
    // Custom resources of the same program can then be placed before their CRD exists.
    if (isCrd(gvk)) discovery?.plan(inputs);
    response.setInputs(encode(markSecrets(inputs, news)));
    return response;
  }

  async diff(request: pb.DiffRequest): Promise<pb.DiffResponse> {
    const configured = this.#configuration();
    const token = this.#tokenGvk(request.getUrn());
    const { inputs: oldInputs, live } = parseCheckpoint(decode(request.getOlds()));
    const newInputs = inputsOf(decode(request.getNews()));
    const gvk = gvkOf(newInputs, token);
    const reachable = (await configured.problem) === undefined;
    const plan = planUpdate({
      gvk,
      namespaced: (await configured.cluster?.discovery.isNamespaced(gvk, reachable)) ?? true,
      live,
      oldInputs,
      newInputs,
      ignoreChanges: request.getIgnorechangesList(),
      mutability: configured.settings.mutability,
    });
    const replaces = [...plan.replaces];
    if (reachable && (await this.#replacesUnready(request.getUrn(), gvk, newInputs, live))) {
      replaces.push('metadata.annotations["pulumi.com/replaceUnready"]');
    }
    return diffResponse({ ...plan, replaces });
  }

  create(request: pb.CreateRequest): Promise<pb.CreateResponse> {
    return this.#lifecycle(request.getUrn()).create(request);
  }

  read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    return this.#lifecycle(request.getUrn()).read(request);
  }

  update(request: pb.UpdateRequest): Promise<pb.UpdateResponse> {
    return this.#lifecycle(request.getUrn()).update(request);
  }

  delete(request: pb.DeleteRequest): Promise<void> {
    return this.#lifecycle(request.getUrn()).delete(request);
  }

  cancel(): void {
    this.#cancelled.abort();
  }

  /** Whether a Job that the program marked so has not succeeded. */
  async #replacesUnready(urn: string, gvk: Gvk, inputs: JsonObject, live: JsonObject): Promise<boolean> {
    if (
      annotation(inputs, "pulumi.com/replaceUnready") !== "true" ||
      containsUnknown(inputs["metadata"] ?? null)
    ) {
      return false;
    }
    if (gvk.group !== "batch" || gvk.kind !== "Job") {
      this.#log.line(
        "warning",
        urn,
        `pulumi.com/replaceUnready has no effect on a ${gvk.kind}: it is for Jobs`,
      );
      return false;
    }
    return !(await this.#lifecycle(urn).isReady(gvk, live));
  }

  #configuration(): Configured {
    if (!this.#configured) throw new Error("the engine has not configured the provider yet");
    return this.#configured;
  }

  #tokenGvk(urn: string): Gvk {
    return gvkOfToken(typeOfUrn(urn), (what, instead) => refusal(this.name, what, instead));
  }

  #lifecycle(urn: string): Lifecycle {
    const { settings, cluster, problem } = this.#configuration();
    return new Lifecycle({ urn, token: this.#tokenGvk(urn), settings, cluster, problem, log: this.#log });
  }
}

function checkFailure(property: string, reason: string): pb.CheckFailure {
  const failure = new providerPb.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function autonamingOf(request: pb.CheckRequest): Autonaming {
  const options = request.getAutonaming();
  if (!options) return undefined;
  const { DISABLE, ENFORCE } = providerPb.CheckRequest.AutonamingOptions.Mode;
  if (options.getMode() === DISABLE) return { mode: "disable" };
  return { mode: options.getMode() === ENFORCE ? "enforce" : "propose", name: options.getProposedName() };
}

type Kind = pb.PropertyDiff.Kind;

function diffResponse(plan: ReturnType<typeof planUpdate>): pb.DiffResponse {
  const response = new providerPb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = providerPb.PropertyDiff.Kind;
  const kinds: Record<string, readonly [Kind, Kind]> = {
    add: [ADD, ADD_REPLACE],
    delete: [DELETE, DELETE_REPLACE],
    update: [UPDATE, UPDATE_REPLACE],
  };
  for (const [path, change] of plan.changes) {
    const detail = new providerPb.PropertyDiff();
    detail.setKind(kinds[change.kind]?.[change.replace ? 1 : 0] ?? UPDATE);
    detail.setInputdiff(change.kind === "delete");
    response.getDetaileddiffMap().set(path, detail);
  }
  response.setHasdetaileddiff(true);
  response.setReplacesList([...plan.replaces]);
  response.setDeletebeforereplace(plan.deleteBeforeReplace);
  response.setChanges(plan.changes.size + plan.replaces.length === 0 ? DIFF_NONE : DIFF_SOME);
  return response;
}
