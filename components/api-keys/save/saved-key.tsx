"use client";

import { Check, Copy, Download } from "lucide-react";
import { type RefObject, useLayoutEffect, useState } from "react";
import { EnvironmentBadge } from "#components/api-keys/detail/key-facts.tsx";
import { TestRequest } from "#components/api-keys/save/test-request.tsx";
import { requestExamples } from "#components/request-examples/request-examples.ts";
import { RequestTabs } from "#components/request-examples/request-tabs.tsx";
import { Button } from "#components/ui/button.tsx";
import { copyFrom } from "#components/ui/copy.ts";
import { DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { Notice } from "#components/ui/notice.tsx";
import { Time } from "#components/ui/time.tsx";
import type { ApiKey } from "#lib/api-keys/key-columns.ts";

type Props = {
  apiKey: ApiKey;
  secret: string;
  apiUrl: string;
  testNote: string | undefined;
  field: RefObject<HTMLInputElement | null>;
  /** Called when the key was copied, downloaded or tested, so that closing loses nothing. */
  onKept: () => void;
  onDone: () => void;
};

/** Shows a new key, this once, with everything that the user needs to use it. */
export function SavedKey({ apiKey, secret, apiUrl, testNote, field, onKept, onDone }: Props) {
  const { name, environment, expiresAt, decoy } = apiKey;
  const [copy, setCopy] = useState<"copied" | "failed">();
  // Before Base UI gives the dialog the focus of the button that made the key and is gone.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [field]);

  async function copyKey() {
    if (!field.current) return;
    const copied = await copyFrom(field.current);
    setCopy(copied ? "copied" : "failed");
    if (copied) onKept();
  }
  function download() {
    const url = URL.createObjectURL(new Blob([`GOODTAKE_API_KEY=${secret}\n`], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    // Browsers remove the dot from a name that starts with one.
    link.download = "goodtake.env";
    link.click();
    URL.revokeObjectURL(url);
    onKept();
  }
  return (
    <>
      <DialogBody>
        <p className="flex flex-wrap items-center gap-2">
          <bdi className="min-w-0 break-words font-medium">{name}</bdi>
          <EnvironmentBadge environment={environment} />
          {!decoy && (
            <span className="text-muted">
              {expiresAt ? (
                <>
                  Expires <Time at={expiresAt} />
                </>
              ) : (
                "Never expires"
              )}
            </span>
          )}
        </p>
        <Field
          label="API key"
          error={
            copy === "failed" && "Your browser did not let us copy it. It is selected: press Ctrl+C, or ⌘C on a Mac."
          }
        >
          {(tie) => (
            <div className="flex flex-col gap-2 sm:flex-row">
              <input
                {...tie}
                ref={field}
                readOnly
                value={secret}
                onCopy={onKept}
                onFocus={(event) => event.currentTarget.select()}
                spellCheck={false}
                autoComplete="off"
                className={`${INPUT_CLASS} bg-sunken font-mono text-[0.8125rem]`}
              />
              <Button variant={copy === "copied" ? "secondary" : "primary"} onClick={copyKey} className="sm:w-26">
                {copy === "copied" ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
                <span aria-live="polite">{copy === "copied" ? "Copied" : "Copy"}</span>
              </Button>
            </div>
          )}
        </Field>
        {decoy ? (
          <Notice>
            Put it where only an intruder would look: a private repository, a laptop, a backup. It never works. Activity
            and Logs show each use.
          </Notice>
        ) : (
          <Notice tone="warning">
            Treat your API keys like passwords. Never share them or commit them to version control; keep them in
            environment variables or a secret manager.
          </Notice>
        )}
        {/* A request with a decoy would report its use. */}
        {!decoy && (
          <section aria-labelledby="try-it" className="min-w-0">
            <h3 id="try-it" className="font-medium">
              Try it
            </h3>
            <p className="mb-2 text-muted">The request generates one image and costs one credit.</p>
            <RequestTabs examples={requestExamples({ baseUrl: apiUrl, apiKey: secret })} />
          </section>
        )}
        <div className="flex flex-wrap items-start gap-2">
          <Button onClick={download}>
            <Download aria-hidden className="size-4" />
            Download .env
          </Button>
          {!decoy && <TestRequest secret={secret} apiUrl={apiUrl} note={testNote} onTested={onKept} />}
        </div>
      </DialogBody>
      <DialogFooter>
        <Button variant="primary" onClick={onDone}>
          Done
        </Button>
      </DialogFooter>
    </>
  );
}
