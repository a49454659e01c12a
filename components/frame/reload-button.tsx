"use client";

import { type MouseEvent, useState } from "react";
import { keepDraft } from "#components/frame/draft.ts";

/** Loads the page again, and with it what was typed in the form that the button stands in. Where the page can't be had, it stays. */
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
