import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import { refusal, type ResourceProvider } from "../serve.ts";
import { decode, encode, plain, type PropertyMap } from "../values.ts";
import { connect, inWords, type GitLabApi } from "./api.ts";
import type { Kind } from "./kind.ts";
import { kinds } from "./kinds.ts";
import {
  changedProperties,
  inputProblems,
  inputsOf,
  plainProperties,
  previewOf,
  refreshedInputs,
  stateOf,
  withDefaults,
} from "./properties.ts";

/** Settings of the provider that are handled; the last three are the engine's own. */
const settings = [
  "baseUrl",
  "token",
  "earlyAuthCheck",
  "retries",
  "version",
  "pluginDownloadURL",
  "__internal",
];

/**
 * Stands in for the official provider of @pulumi/gitlab, for the types that Slipway uses, against the lab's GitLab.
 * @see https://www.pulumi.com/registry/packages/gitlab/
 */
export class GitLabProvider implements ResourceProvider {
  readonly name = "gitlab";
  readonly version: string;
  #api: GitLabApi | undefined;

  constructor(version: string) {
    this.version = version;
  }

  async checkConfig(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    await Promise.resolve();
    const response = new providerPb.CheckResponse();
    response.setInputs(request.getNews());
    const unknown = Object.keys(decode(request.getNews())).filter((name) => !settings.includes(name));
    const reason = "the lab's offline gitlab provider does not know this setting";
    response.setFailuresList(unknown.map((property) => failure({ property, reason })));
    return response;
  }

  async configure(request: pb.ConfigureRequest): Promise<pb.ConfigureResponse> {
    const variables = request.getVariablesMap();
    const setting = (name: string) => variables.get(`gitlab:config:${name}`);
    const baseUrl = setting("baseUrl") ?? process.env["GITLAB_BASE_URL"] ?? "https://gitlab.com/api/v4/";
    const api = connect(baseUrl, setting("token") ?? process.env["GITLAB_TOKEN"] ?? "");
    // As the official provider does, unless it is told not to: a wrong token is found at once.
    if (setting("earlyAuthCheck") !== "false") await said(api.users.showCurrentUser());
    this.#api = api;
    const response = new providerPb.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
  }

  async check(request: pb.CheckRequest): Promise<pb.CheckResponse> {
    await Promise.resolve();
    const kind = this.#kind(request.getUrn());
    const inputs = decode(request.getNews());
    const response = new providerPb.CheckResponse();
    response.setInputs(encode(withDefaults(kind, inputs)));
    response.setFailuresList(inputProblems(kind, inputs).map(failure));
    return response;
  }

  async diff(request: pb.DiffRequest): Promise<pb.DiffResponse> {
    await Promise.resolve();
    const kind = this.#kind(request.getUrn());
    const ignored = request.getIgnorechangesList();
    const changed = changedProperties(kind, decode(request.getOlds()), decode(request.getNews())).filter(
      (name) => !ignored.includes(name),
    );
    const response = new providerPb.DiffResponse();
    const { DIFF_NONE, DIFF_SOME } = providerPb.DiffResponse.DiffChanges;
    response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
    response.setDiffsList(changed);
    response.setReplacesList(changed.filter((name) => kind.fields[name]?.replaces === true));
    return response;
  }

  async create(request: pb.CreateRequest): Promise<pb.CreateResponse> {
    const kind = this.#kind(request.getUrn());
    const inputs = decode(request.getProperties());
    const response = new providerPb.CreateResponse();
    if (request.getPreview()) {
      response.setProperties(encode(previewOf(kind, {}, inputs)));
      return response;
    }
    const made = await said(kind.create(this.#connected(), plainProperties(withDefaults(kind, inputs))));
    response.setId(made.id);
    response.setProperties(encode(stateOf(kind, made.properties, inputs)));
    return response;
  }

  async read(request: pb.ReadRequest): Promise<pb.ReadResponse> {
    const kind = this.#kind(request.getUrn());
    const response = new providerPb.ReadResponse();
    const found = await said(kind.read(this.#connected(), request.getId()));
    if (found === undefined) return response;
    const before = decode(request.getInputs());
    const known = decode(request.getProperties());
    // An import knows nothing yet.
    const imported = Object.keys(known).length === 0;
    const inputs: PropertyMap = imported ? inputsOf(kind, found.properties) : before;
    // What the host gives to nobody is what it was.
    const state = stateOf(kind, { ...hiddenOf(kind, known, found.properties), ...found.properties }, inputs);
    response.setId(found.id);
    response.setProperties(encode(state));
    response.setInputs(encode(imported ? inputs : refreshedInputs(inputs, state)));
    return response;
  }

  async update(request: pb.UpdateRequest): Promise<pb.UpdateResponse> {
    const kind = this.#kind(request.getUrn());
    const [state, inputs] = [decode(request.getOlds()), decode(request.getNews())];
    const response = new providerPb.UpdateResponse();
    if (request.getPreview()) {
      response.setProperties(encode(previewOf(kind, state, inputs)));
      return response;
    }
    if (kind.update === undefined)
      throw new Error(
        `a ${kind.type} is replaced, and never updated: the engine asked for what its diff did not offer`,
      );
    const ignored = request.getIgnorechangesList();
    const changed = changedProperties(kind, state, inputs).filter((name) => !ignored.includes(name));
    const onHost = changed.filter((name) => kind.fields[name]?.local !== true);
    const wanted = { ...inputsOf(kind, plainProperties(state)), ...withDefaults(kind, inputs) };
    const api = this.#connected();
    const found =
      onHost.length === 0
        ? await said(kind.read(api, request.getId()))
        : await said(kind.update(api, request.getId(), plainProperties(wanted), onHost));
    if (found === undefined) throw new Error(`${kind.type} ${request.getId()} is gone: refresh the stack`);
    response.setProperties(encode(stateOf(kind, found.properties, inputs)));
    return response;
  }

  async delete(request: pb.DeleteRequest): Promise<void> {
    const kind = this.#kind(request.getUrn());
    const state = plainProperties(decode(request.getProperties()));
    await said(kind.remove(this.#connected(), request.getId(), state));
  }

  #kind(urn: string): Kind {
    const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const kind = kinds.find((candidate) => candidate.type === type);
    if (kind === undefined)
      throw refusal(this.name, `the type ${type}`, `use ${kinds.map((known) => known.type).join(", ")}`);
    return kind;
  }

  #connected(): GitLabApi {
    if (this.#api === undefined) throw new Error("the provider is used before it is configured");
    return this.#api;
  }
}

/** Values of the state that the host does not give out again. */
function hiddenOf(
  { fields }: Kind,
  state: PropertyMap,
  found: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const once = Object.keys(fields).filter((name) => fields[name]?.once === true);
  const hidden = found["hidden"] === true ? ["value", ...once] : once;
  const texts = Object.entries(plain(state)).filter(
    (entry): entry is [string, string] => hidden.includes(entry[0]) && typeof entry[1] === "string",
  );
  return Object.fromEntries(texts);
}

/** An answer of the host, or its words for what is wrong. */
async function said<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw inWords(error);
  }
}

function failure({ property, reason }: { property: string; reason: string }): pb.CheckFailure {
  const message = new providerPb.CheckFailure();
  message.setProperty(property);
  message.setReason(reason);
  return message;
}
