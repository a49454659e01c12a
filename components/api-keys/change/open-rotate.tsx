"use client";

import { useEffect, useEffectEvent, useRef } from "react";
import { useOpenKeyDialog } from "#components/api-keys/change/key-dialog-provider.tsx";
import { KEY_DIALOGS } from "#components/api-keys/change/key-dialogs.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/** Opens the rotation of a key once, for the link in a mail. A reload doesn't open it again. */
export function OpenRotate({ apiKey }: { apiKey: ListedApiKey }) {
  const noTrigger = useRef<HTMLElement>(null);
  const openDialog = useOpenKeyDialog();
  const open = useEffectEvent(() => {
    // By now Next's router watches the history. It would write back a URL that it didn't see go.
    history.replaceState(null, "", location.pathname);
    openDialog("rotate", apiKey, noTrigger);
  });
  useEffect(() => void KEY_DIALOGS.rotate.load().then(open, () => {}), []);
  return null;
}
