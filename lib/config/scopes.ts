/** A permission that a key can have. */
export type Scope = {
  /** `images:write`: at most 64 characters. */
  name: string;
  title: string;
  description: string;
  /** Names of the permissions that this one includes. */
  implies: string[];
};

/** The permissions of GoodTake's own API. `SCOPES_FILE` adds others. */
export const BUILT_IN_SCOPES: Scope[] = [
  { name: "images:write", title: "Generate images", description: "Each image costs credits.", implies: [] },
];
