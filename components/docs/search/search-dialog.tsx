"use client";

import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useRef, useState } from "react";
import type { DocsMatch } from "#components/docs/search/docs-match.ts";
import { MatchText } from "#components/docs/search/match-text.tsx";
import { DialogBody, DialogContent } from "#components/ui/dialog.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { Link } from "#components/ui/link.tsx";
import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";

/** Searches the documentation while the user types. */
export function SearchDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { matches, status, search } = useSearch();
  const field = useRef<HTMLInputElement>(null);
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (next) return;
        search("");
        onClose();
      }}
    >
      <DialogContent title="Search the docs" initialFocus={field}>
        <DialogBody>
          <Autocomplete.Root
            inline
            open
            items={matches}
            filter={null}
            autoHighlight="always"
            itemToStringValue={({ title }) => title}
            onValueChange={(query, { reason }) => reason !== "item-press" && search(query)}
          >
            <Autocomplete.Input ref={field} aria-label="Search the docs" className={INPUT_CLASS} />
            <Autocomplete.Status className="-mt-3 min-h-5 text-muted text-xs">{status}</Autocomplete.Status>
            <Autocomplete.List className="-mx-2 -mt-3 max-h-[50dvh] overflow-y-auto">
              {(match: DocsMatch) => (
                <Autocomplete.Item
                  key={match.href}
                  value={match}
                  onClick={onClose}
                  render={<Link href={match.href} />}
                  className="block rounded-lg px-2 py-2 data-highlighted:bg-hover"
                >
                  <MatchText {...match} />
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </DialogBody>
      </DialogContent>
    </Dialog.Root>
  );
}

const FAILED = "The search failed. Check your connection and try again.";

/** Asks the server for each query. Only the latest answer counts. A key is never sent. */
function useSearch() {
  const [matches, setMatches] = useState<DocsMatch[]>([]);
  const [status, setStatus] = useState("");
  const latest = useRef(new AbortController());
  async function search(query: string) {
    latest.current.abort();
    latest.current = new AbortController();
    const { signal } = latest.current;
    const show = (found: DocsMatch[], text: string) => {
      if (signal.aborted) return;
      setMatches(found);
      setStatus(text);
    };
    if (query.trim() === "") return show([], "");
    if (KEY_SHAPE.test(query)) return show([], "This looks like an API key, so it wasn't sent.");
    try {
      const answer = await fetch(`/docs/search.json?q=${encodeURIComponent(query)}`, { signal });
      if (!answer.ok) return show([], FAILED);
      const found: DocsMatch[] = await answer.json();
      show(found, found.length === 0 ? "No results." : found.length === 1 ? "1 result" : `${found.length} results`);
    } catch {
      show([], FAILED);
    }
  }
  return { matches, status, search };
}
