/** The life of a key or token: since when it is there, when another one takes its place, and when the host ends it. Pure: no Pulumi here. */

/** What the configuration says of keys. Spans are in days: "90d". */
export interface KeyRules {
  /** Another text replaces every key, once. */
  readonly rotation?: string | undefined;
  /** The same for single keys, by their names. */
  readonly rotate: Readonly<Record<string, string>>;
  /** Age from which on a run replaces a key. */
  readonly maxAge?: string | undefined;
  /** How long the host takes a key. */
  readonly expireAfter?: string | undefined;
  /** How long before its end a preview warns of it. */
  readonly renewBefore: string;
}

/** What a stack's outputs keep of a key, for its later runs. Nothing of it is secret. */
export interface KeyRecord {
  /** When it was made; of a key that is older than this record, when it was first looked at. */
  readonly since: string;
  /** The texts of the configuration that it was made under. */
  readonly rotation?: string;
  readonly rotate?: string;
  /** When the key before it became too old, where that was the reason. */
  readonly aged?: string;
  /** When the host ends it. */
  readonly expires?: string;
}

/** What is known of a key before a run. */
export interface KnownKey {
  readonly name: string;
  /** Whether the stack has it already. */
  readonly exists: boolean;
  readonly record?: KeyRecord | undefined;
  /** When it ends, where the configuration says so of this one, whatever the rules are: as `2027-01-31T00:00:00Z`. */
  readonly end?: string | undefined;
}

/** What a run does with a key. */
export interface KeyPlan {
  /** Of which key this is the next state; another text means another key. The first run that has one replaces nothing by it. */
  readonly generation: string;
  /** Why the run replaces it. */
  readonly renewal?: "rotation" | "age" | "expiry";
  /** Whether the configuration asks for what the run after this one does: so far nothing was written down of the key. */
  readonly postponed: boolean;
  /** What to keep of it, but for `since`. */
  readonly record: Omit<KeyRecord, "since">;
  /** Since when it is there, unless this run replaces it. */
  readonly since?: string;
}

const dayMs = 86_400_000;

/** The days of "90d". */
export const daysOf = (span: string): number => Number(span.slice(0, -1));

/**
 * Decides what a run does with a key.
 *
 * Everything here is a function of what the last complete run wrote down, and of the day: a run that is repeated because it
 * did not come to its end asks for the same key, and makes no third one. A text that is taken out of the configuration
 * changes nothing. A key's end cannot be changed on a host that has one, so that another end is another key. What was
 * written down is of no account for a key that the stack does not have: it was one of another kind.
 *
 * @param expires whether the host ends keys by the rules
 */
export function planKey(key: KnownKey, rules: KeyRules, now: Date, expires: boolean): KeyPlan {
  const { exists, record, end: given } = key;
  const asked = askedOf(key.name, rules);
  const { maxAge, expireAfter } = rules;
  const end = given ?? (expires && expireAfter !== undefined ? endOf(now, expireAfter) : undefined);

  if (exists && record === undefined) {
    const known = { ...(given !== undefined && { expires: given }) };
    const postponed = Object.keys(asked).length > 0 || end !== given;
    return { generation: generationOf(known), postponed, record: known };
  }
  if (!exists || record === undefined) {
    const first = { ...asked, ...(end !== undefined && { expires: end }) };
    return { generation: generationOf(first), postponed: false, record: first };
  }

  const { since, ...before } = record;
  const due = maxAge === undefined ? undefined : Date.parse(since) + daysOf(maxAge) * dayMs;
  const tooOld = due !== undefined && now.getTime() >= due;
  const askedAnew = Object.entries(asked).some(([text, value]) => value !== before[text as keyof Asked]);
  const endsLate = end !== undefined && (before.expires === undefined || before.expires > end);
  const endsElse = given === undefined ? endsLate : before.expires !== given;
  const renewal = askedAnew ? "rotation" : tooOld ? "age" : endsElse ? "expiry" : undefined;
  if (renewal === undefined) {
    return { generation: generationOf(before), postponed: false, record: before, since };
  }
  const { rotation, rotate, aged } = before;
  const next = {
    ...(rotation !== undefined && { rotation }),
    ...(rotate !== undefined && { rotate }),
    ...asked,
    ...(aged !== undefined && { aged }),
    ...(tooOld && { aged: new Date(due).toISOString() }),
    ...(end !== undefined && { expires: end }),
  };
  return { generation: generationOf(next), renewal, postponed: false, record: next };
}

/** Whether a key that this run does not replace is near its end, or past it; see {@link nearness}. */
export function endIsNear({ renewal, record }: KeyPlan, rules: KeyRules, now: Date): Nearness {
  return renewal === undefined ? nearness(record.expires, rules, now) : "no";
}

/** How near an end is: far, within `renewBefore`, or past. */
export type Nearness = "no" | "soon" | "over";

/** How near an end is; none is far. */
export function nearness(end: string | undefined, { renewBefore }: KeyRules, now: Date): Nearness {
  if (end === undefined) return "no";
  const left = Date.parse(end) - now.getTime();
  if (left <= 0) return "over";
  return left <= daysOf(renewBefore) * dayMs ? "soon" : "no";
}

type Asked = Pick<KeyRecord, "rotation" | "rotate">;

function askedOf(name: string, { rotation, rotate }: KeyRules): Asked {
  const single = Object.hasOwn(rotate, name) ? rotate[name] : undefined;
  return { ...(rotation !== undefined && { rotation }), ...(single !== undefined && { rotate: single }) };
}

/** The midnight (UTC) that ends the span: the same all day long, for a run that is repeated. */
export function endOf(now: Date, span: string): string {
  const day = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + daysOf(span));
  return new Date(day).toISOString().replace(".000Z", "Z");
}

const generationOf = ({ rotation, rotate, aged, expires }: Omit<KeyRecord, "since">): string =>
  JSON.stringify([rotation ?? null, rotate ?? null, aged ?? null, expires ?? null]);
