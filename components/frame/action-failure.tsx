"use client";

import { unstable_isUnrecognizedActionError, unstable_rethrow } from "next/navigation";
import type { ReactNode } from "react";
import { ReloadButton } from "#components/frame/reload-button.tsx";

/**
 * What became of an action that has no answer of its own: the server could not be reached, our code has failed, the page is of another
 * version, or something on the way has answered (a proxy's error page, a captive portal).
 */
export type ActionFailure = "unreachable" | "failed" | "stale" | "foreign";

/** Tells what an action was rejected with; undefined for a redirect, which Next follows. */
export function actionFailure(error: unknown): ActionFailure | undefined {
  if (isRedirect(error)) return undefined;
  if (unstable_isUnrecognizedActionError(error)) return "stale";
  // What `fetch` is rejected with, and what React says of an answer that is cut off.
  if (error instanceof TypeError || (error instanceof Error && error.message === "Connection closed."))
    return "unreachable";
  return error instanceof Error && "digest" in error ? "failed" : "foreign";
}

function isRedirect(error: unknown): boolean {
  try {
    unstable_rethrow(error);
    return false;
  } catch {
    return true;
  }
}

/** The words for a failure and what to do next; `unsure` says what may have been done all the same. */
export function failureWords(error: unknown, unsure = "Nothing may have changed."): ReactNode {
  switch (actionFailure(error)) {
    case "unreachable":
      return `The server could not be reached. ${unsure} Check your connection and try again.`;
    case "failed":
      return `Something went wrong on our side. ${unsure} Try again.`;
    case "stale":
      return (
        <>
          There is a new version. <ReloadButton />
        </>
      );
    case "foreign":
      return (
        <>
          There is a new version. {unsure} <ReloadButton />
        </>
      );
  }
}
