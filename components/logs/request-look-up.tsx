"use client";

import { type ReactNode, useState } from "react";
import { keyGuard, NOT_SENT } from "#components/api-keys/list/key-guard.ts";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { Link } from "#components/ui/link.tsx";
import { Notice } from "#components/ui/notice.tsx";

/** Asks for the id of a request. A GET form, so that it works without JavaScript. */
export function RequestLookUp({ asked, children }: { asked: string; children: ReactNode }) {
  const [isKey, setIsKey] = useState(false);
  const guard = keyGuard(
    () => setIsKey(true),
    () => setIsKey(false),
  );
  return (
    <search className="block">
      <form action="/settings/logs" className="flex max-w-2xl flex-col items-stretch gap-2 sm:flex-row sm:items-end">
        <div className="min-w-0 flex-1">
          <TextField
            label="Request ID"
            name="request"
            defaultValue={asked}
            placeholder="0a2f6c1e-…"
            autoComplete="off"
            spellCheck={false}
            className="font-mono"
            {...guard}
          />
        </div>
        <Button type="submit">Find request</Button>
      </form>
      <div role="status" className="mt-4 max-w-2xl empty:hidden">
        {isKey ? (
          <Notice tone="warning">
            This is an API key, or a part of one, and not a request ID. {NOT_SENT} To find a key, paste it into{" "}
            <Link href="/settings/developer" className="underline underline-offset-3">
              the search of your keys
            </Link>
            .
          </Notice>
        ) : (
          children
        )}
      </div>
    </search>
  );
}
