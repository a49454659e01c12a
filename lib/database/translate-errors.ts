import { UnavailableError } from "#lib/database/unavailable.ts";

type Callback = (error: unknown, ...results: unknown[]) => void;
type CopyStream = { handleError(error: unknown, connection: unknown): void };

/**
 * Wraps a method of `pg` so that its callback, promise or stream fails with `UnavailableError`
 * where the library itself makes an error about the connection.
 */
export function translateErrors<Method>(method: Method): Method {
  return function (this: unknown, ...args: unknown[]) {
    const [stream] = args as [CopyStream | undefined];
    const callback = args.at(-1);
    if (typeof callback === "function")
      args[args.length - 1] = ((error, ...results) => callback(translated(error), ...results)) satisfies Callback;
    else if (typeof stream?.handleError === "function") {
      const { handleError } = stream;
      stream.handleError = (error, connection) => handleError.call(stream, translated(error), connection);
    }
    const result: unknown = (method as (...args: unknown[]) => unknown).apply(this, args);
    return result instanceof Promise ? result.catch(rethrowTranslated) : result;
  } as Method;
}

/**
 * Translates an error that `pg` or its pool makes itself: a plain `Error` without a code, which is
 * about the connection unless the library is misused. Errors of the database and the system have a
 * code.
 */
function translated(error: unknown): unknown {
  if (!(error instanceof Error) || error.constructor !== Error || "code" in error) return error;
  return new UnavailableError(error.message, { cause: error });
}

export function rethrowTranslated(error: unknown): never {
  throw translated(error);
}
