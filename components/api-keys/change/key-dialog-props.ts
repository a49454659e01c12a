import type { ListedApiKey } from "#lib/api-keys/list.ts";

/** The place of a dialog among those of several keys, one after the other, counted from 1. */
export type Row = { place: number; of: number; next: () => void };

export type KeyDialogProps = {
  apiKey: ListedApiKey;
  open: boolean;
  onClose: () => void;
  /** Called instead of `onClose` after the key was revoked or deleted. */
  onEnded: () => void;
  finalFocus: () => HTMLElement | null;
  row?: Row | undefined;
};
