import { onDemand } from "#components/ui/on-demand.tsx";

/** What can be done with a key, each in a dialog of its own. */
export const KEY_DIALOGS = {
  rename: onDemand(() => import("#components/api-keys/rename-key-dialog.tsx").then((module) => module.RenameKeyDialog)),
  rotate: onDemand(() => import("#components/api-keys/rotate-key-dialog.tsx").then((module) => module.RotateKeyDialog)),
  extend: onDemand(() =>
    import("#components/api-keys/extend-overlap-dialog.tsx").then((module) => module.ExtendOverlapDialog),
  ),
  revoke: onDemand(() => import("#components/api-keys/revoke-key-dialog.tsx").then((module) => module.RevokeKeyDialog)),
  delete: onDemand(() => import("#components/api-keys/delete-key-dialog.tsx").then((module) => module.DeleteKeyDialog)),
};
export type KeyDialog = keyof typeof KEY_DIALOGS;
