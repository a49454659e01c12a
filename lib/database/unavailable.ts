import { OperatorError } from "#lib/operator-error.ts";

const NODE_CODES = /^(ECONN|ENOENT$|ENOTFOUND$|EAI_|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$)/;
/**
 * SQLSTATE classes: connection exception, read_only_sql_transaction (by a server that takes no writes), insufficient resources,
 * operator intervention (with statement timeout); and Prisma's codes for the same.
 */
const DATABASE_CODES = /^(08|25006$|53|57|P1001$|P1002$|P1008$|P1011$|P1017$|P2024$|P2028$)/;
const MESSAGES =
  // Prisma puts the SQLSTATE of a raw query's error into its words.
  /Code: `(08|25006|53|57)|timeout exceeded|connection terminated|query read timeout|not connected|pool after calling end|can't reach database|server has closed the connection/i;

/** A database server that answers, but must not be used: a standby, or one whose zone isn't UTC. The message is a sentence for the operator. */
export class UnsuitableServerError extends OperatorError {
  override name = "UnsuitableServerError";
  readonly code = "25006";
}

/** Whether an error says that the database can't be reached or is overloaded, so that trying again later makes sense. */
export function isUnavailable(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as { code?: unknown };
    if (typeof code === "string" && (NODE_CODES.test(code) || (code.length === 5 && DATABASE_CODES.test(code))))
      return true;
    if (MESSAGES.test(current.message)) return true;
    if (current instanceof AggregateError && current.errors.some(isUnavailable)) return true;
  }
  return false;
}

/** Whether an error is the database's own word that a statement changed nothing. A connection that ends says nothing of the kind. */
export function wasRolledBack(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { severity, code } = error as { severity?: unknown; code?: unknown };
  // Prisma puts the SQLSTATE of a raw query's error into its words; `pg` has it beside the severity.
  const state = severity === undefined ? /Code: `([0-9A-Z]{5})`/.exec(error.message)?.[1] : code;
  return typeof state === "string" && !/^(08|57P)/.test(state);
}

/**
 * Whether the database refuses a statement, of `pg` or a raw one of Prisma's, for its values (SQLSTATE 21, 22, 23, 54, or a trigger's
 * own P0001), so that the same statement with the same values can never succeed.
 */
export function isRefusedForContent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = /Code: `([0-9A-Z]{5})`/.exec(error.message)?.[1] ?? (error as { code?: unknown }).code;
  return typeof code === "string" && /^(21|22|23|54)\w{3}$|^P0001$/.test(code);
}
