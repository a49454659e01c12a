import type { ListedApiKey } from "#lib/api-keys/list.ts";

export type KeyDialogProps = {
  apiKey: ListedApiKey;
  open: boolean;
  onClose: () => void;
  /** Called instead of `onClose` after the key was revoked or deleted. */
  onEnded: () => void;
  finalFocus: () => HTMLElement | null;
};
