/** The few parts of Kubernetes' objects that the lab reads. Times are strings, as they are on the wire. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

export interface KubeList<T> {
  readonly metadata: { readonly resourceVersion?: string };
  readonly items: readonly T[];
}

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastHeartbeatTime?: string;
}

export interface KubeNode extends KubeObject {
  readonly spec?: { readonly taints?: readonly { key: string; value?: string; effect: string }[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Kubernetes' answer to a request that failed. */
export interface StatusBody {
  readonly message?: string;
  readonly reason?: string;
}

/** Reads the body of a failed request: a `Status` object, or plain text from something in between. */
export function decodeStatus(text: string): StatusBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return text === "" ? {} : { message: text.slice(0, 300).trim() };
  }
}
