"use client";

import { Search } from "lucide-react";
import { useState } from "react";
import { useShortcut } from "#components/frame/use-shortcut.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { onDemand, onIntent, useDemand } from "#components/ui/on-demand.tsx";

const SearchDialog = onDemand(() =>
  import("#components/docs/search/search-dialog.tsx").then((module) => module.SearchDialog),
);

/** Opens the search. Without JavaScript it leads to the page that searches. */
export function SearchLink() {
  const [open, setOpen] = useState(false);
  const { demand, pending, failure } = useDemand();
  const show = () => demand(SearchDialog, () => setOpen(true));
  useShortcut("/", show);
  return (
    <>
      <a
        href="/docs/search"
        aria-label="Search the docs"
        aria-busy={pending || undefined}
        {...onIntent(SearchDialog)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          show();
        }}
        className={buttonClass(
          { variant: "secondary", size: "small" },
          "text-muted max-sm:w-8 max-sm:px-0 sm:w-52 sm:justify-start",
        )}
      >
        <Search aria-hidden className="size-4 shrink-0" />
        <span className="max-sm:hidden">Search the docs</span>
        <kbd aria-hidden className="ml-auto font-mono text-xs max-sm:hidden noscript:hidden">
          /
        </kbd>
      </a>
      <SearchDialog open={open} onClose={() => setOpen(false)} />
      {failure}
    </>
  );
}
