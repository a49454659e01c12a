import pg from "pg";
import { OperatorError } from "#lib/operator-error.ts";

/**
 * Codes of Node (the connection can't be made, or breaks), SQLSTATE classes (connection exception,
 * a server that takes no writes, insufficient resources, operator intervention including statement
 * timeouts), and what Prisma answers in their place.
 */
const UNAVAILABLE_CODES =
  /^(ECONN\w+|ENOENT|ENOTFOUND|EAI_\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|(08|53|57)\w{3}|25006|P(1001|1002|1008|1011|1017|2024|2028))$/;

/** The database can't be reached or doesn't answer in time. Trying again later makes sense. */
export class UnavailableError extends Error {
  override name = "UnavailableError";
}

/**
 * A database server that answers but must not be used: a standby, or one whose zone isn't UTC. The
 * message is a sentence for the operator. Prisma keeps the code, but not the class.
 */
export class UnsuitableServerError extends OperatorError {
  override name = "UnsuitableServerError";
  readonly code = "25006";
}

/** Returns whether an error, by class or code, says that the database is unavailable. */
export function isUnavailable(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as { code?: unknown };
    if (current instanceof UnavailableError) return true;
    if ([code, sqlState(current)].some((each) => typeof each === "string" && UNAVAILABLE_CODES.test(each))) return true;
    if (current instanceof AggregateError && current.errors.some(isUnavailable)) return true;
  }
  return false;
}

/**
 * Returns whether an error is the database's own answer that a statement changed nothing. An error
 * of the connection says nothing about that.
 */
export function wasRolledBack(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !/^(08|57P)/.test(state);
}

/**
 * Returns whether the database rejects a statement for its values (SQLSTATE 21, 22, 23, 54, or
 * P0001 of a trigger), so that the same statement with the same values can never succeed.
 */
export function isRejectedForContent(error: unknown): boolean {
  return /^((21|22|23|54)\w{3}|P0001)$/.test(sqlState(error) ?? "");
}

/** Returns the SQLSTATE that the database answered, from an error of `pg` or of Prisma. */
function sqlState(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  const { meta } = Object(error) as { meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } };
  return meta?.driverAdapterError?.cause?.originalCode;
}
