/** What an organisation allows, and what the token's user is there. Kept with the host's state. */
import type { Store } from "../store.ts";

/** Settings of one account. */
export interface AccountSettings {
  /** Name of its plan; a host of one's own has none. */
  readonly plan?: string;
  /** Whether deploy keys may be added and used. */
  readonly deployKeys: boolean;
  /** Whether members who are no owners may make repositories of a visibility. */
  readonly membersMake: Readonly<Record<"private" | "internal" | "public", boolean>>;
  /** Where GitHub Actions runs, and which actions it may use. */
  readonly actions: { readonly enabled: "all" | "none" | "selected"; readonly allowed: "all" | "local_only" };
  /** What the token's user is in it. */
  readonly role: "admin" | "member" | "pending" | "none";
}

/** An organisation as it is until somebody changes it. */
const usual: AccountSettings = {
  deployKeys: true,
  membersMake: { private: true, internal: true, public: true },
  actions: { enabled: "all", allowed: "all" },
  role: "admin",
};

/** The settings of one account. */
export function settingsOf({ state }: Pick<Store, "state">, login: string): AccountSettings {
  return { ...usual, ...state.accountSettings?.[login.toLowerCase()] };
}

/** Changes some of them. */
export async function changeSettings(
  store: Store,
  login: string,
  change: Partial<AccountSettings>,
): Promise<void> {
  const all = (store.state.accountSettings ??= {});
  all[login.toLowerCase()] = { ...all[login.toLowerCase()], ...change };
  await store.save();
}
