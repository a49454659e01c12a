"use client";

import { unstable_isUnrecognizedActionError, unstable_rethrow } from "next/navigation";
import type { ReactNode } from "react";
import { ReloadButton } from "#components/frame/reload-button.tsx";

/**
 * Why an action has no answer of its own: the server can't be reached, our code has failed, the
 * page is of another version, or something in between has answered (a proxy's error page, a captive
 * portal).
 */
type ActionFailure = "unreachable" | "failed" | "stale" | "foreign";

/**
 * Classifies the error that an action was rejected with. Returns undefined for a redirect, which
 * Next follows.
 */
function actionFailure(error: unknown): ActionFailure | undefined {
  if (isRedirect(error)) return undefined;
  if (unstable_isUnrecognizedActionError(error)) return "stale";
  // `fetch` rejects with a TypeError, and React with this message for a truncated answer.
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

/**
 * Tells whether an action was rejected because the session has ended, so that Next leaves the page.
 */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Error && "digest" in error && String(error.digest).includes("notice=signed_out");
}

/** Describes a failure and what to do next. `unsure` says what may have happened all the same. */
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
