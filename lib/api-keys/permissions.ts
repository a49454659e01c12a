import { effectiveScopes } from "#lib/api-keys/model/effective-scopes.ts";
import type { Scope } from "#lib/config/scopes.ts";
import { recentScopes, scopes } from "#lib/config/scopes-file.ts";

/**
 * The permissions of a restricted key and those that they imply. Computes them again only after the
 * installation's permissions were read again.
 */
export class Permissions {
  readonly #granted: readonly string[];
  #table: Scope[] | undefined;
  #names: ReadonlySet<string> = new Set();
  #text = "";
  /**
   * Whether a granted name is unknown: newer than the last read of the file, or removed from it.
   */
  #hasUnknown = false;

  constructor(granted: readonly string[]) {
    this.#granted = granted;
  }

  /** Returns the missing ones of the needed permissions, each once. */
  missing(needed: readonly string[]): string[] {
    this.#renew();
    return needed.filter((name, i) => !this.#names.has(name) && needed.indexOf(name) === i);
  }

  /** Returns the names, separated by spaces. */
  toString(): string {
    this.#renew();
    return this.#text;
  }

  #renew(): void {
    const table = this.#hasUnknown ? recentScopes() : scopes();
    if (table === this.#table) return;
    this.#table = table;
    this.#names = new Set(effectiveScopes(this.#granted, table));
    this.#text = [...this.#names].join(" ");
    this.#hasUnknown = this.#granted.some((name) => !table.some((scope) => scope.name === name));
    if (this.#hasUnknown) this.#renew();
  }
}
