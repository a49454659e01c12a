"use client";

import { type MouseEvent, useState } from "react";
import { keepDraft } from "#components/frame/draft.ts";

/**
 * Reloads the page and keeps what the user typed in the form around the button. Stays on the page
 * if the server doesn't answer.
 */
export function ReloadButton() {
  const [unreachable, setUnreachable] = useState(false);
  async function reload({ currentTarget: { form } }: MouseEvent<HTMLButtonElement>) {
    const answer = await fetch(window.location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
    setUnreachable(!answer?.ok);
    if (!answer?.ok) return;
    if (form) keepDraft(form);
    window.location.reload();
  }
  return (
    <>
      <button type="button" onClick={reload} className="rounded font-medium underline underline-offset-3">
        Reload
      </button>
      {unreachable && <span className="block">The server could not be reached. Try again in a moment.</span>}
    </>
  );
}
