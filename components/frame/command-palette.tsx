"use client";

import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { Search } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { useState } from "react";
import { createKeyAsk } from "#components/frame/asks.ts";
import { BACKDROP } from "#components/ui/dialog.tsx";
import { countOpenPopup } from "#components/ui/open-popups.ts";
import { keyIn } from "#lib/api-keys/model/key-text.ts";

const KEY_LIST = "/settings/developer";

type Command = { label: string; href: string; run?: () => void };
type Group = { value: string; items: Command[] };

const GROUPS: Group[] = [
  { value: "Actions", items: [{ label: "Create New API Key", href: KEY_LIST, run: () => createKeyAsk.ask() }] },
  {
    value: "Go to",
    items: [
      { label: "Developer Settings", href: KEY_LIST },
      { label: "Usage", href: "/settings/usage" },
      { label: "Logs", href: "/settings/logs" },
      { label: "Activity", href: "/settings/activity" },
      { label: "Account", href: "/settings/account" },
      { label: "Docs", href: "/docs" },
    ],
  },
];

type Props = { open: boolean; onClose: () => void };

/** Finds pages, actions, keys and documentation by typing. */
export function CommandPalette({ open, onClose }: Props) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={BACKDROP} />
        <Dialog.Popup
          ref={countOpenPopup}
          aria-label="Command menu"
          className="fixed inset-x-3 top-[max(0.75rem,12dvh)] z-40 mx-auto flex max-h-[70dvh] max-w-lg flex-col overflow-hidden rounded-2xl bg-surface shadow-overlay outline-none transition duration-150 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0"
        >
          <Commands onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const path = usePathname();
  const [text, setText] = useState("");
  const [cleared, setCleared] = useState(false);

  function type(next: string) {
    // A key must not get into a URL.
    const hasKey = keyIn(next) !== null;
    setCleared(hasKey);
    setText(hasKey ? "" : next);
  }
  function choose({ href, run }: Command) {
    onClose();
    run?.();
    if (!run || path !== href) router.push(href);
  }
  return (
    <Autocomplete.Root
      open
      inline
      items={[...GROUPS, ...searches(text.trim())]}
      value={text}
      onValueChange={type}
      filter={(command: Command, query) => isSearch(command) || matches(command, query)}
      itemToStringValue={({ label }: Command) => label}
      autoHighlight="always"
      keepHighlight
    >
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search aria-hidden className="size-4 shrink-0 text-muted" />
        <Autocomplete.Input
          aria-label="Search commands, keys and docs"
          placeholder="Search commands, keys and docs…"
          className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-muted"
        />
      </div>
      <p role="status" className="px-4 pt-3 text-[0.8125rem] text-muted empty:hidden">
        {cleared &&
          "The key was cleared and never sent. To find a key, paste it into the search of Developer Settings."}
      </p>
      <Autocomplete.List className="overflow-y-auto overscroll-contain p-2">
        {(group: Group) => (
          <Autocomplete.Group key={group.value} items={group.items}>
            <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 font-medium text-muted text-xs">
              {group.value}
            </Autocomplete.GroupLabel>
            <Autocomplete.Collection>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.label}
                  value={command}
                  onClick={() => choose(command)}
                  className="flex min-h-9 cursor-default items-center rounded-lg px-2.5 py-1.5 outline-none data-highlighted:bg-hover"
                >
                  <span className="min-w-0 break-words">{command.label}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.Collection>
          </Autocomplete.Group>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}

/** Searches for the typed text, which the palette offers whatever the text is. */
function searches(text: string): Group[] {
  if (!text) return [];
  const q = encodeURIComponent(text);
  return [
    {
      value: "Search",
      items: [
        { label: `Keys: ${text}`, href: `${KEY_LIST}?q=${q}` },
        { label: `Docs: ${text}`, href: `/docs/search?q=${q}` },
      ],
    },
  ];
}

const isSearch = ({ href }: Command) => href.includes("?q=");
const matches = ({ label }: Command, query: string) => label.toLowerCase().includes(query.trim().toLowerCase());
