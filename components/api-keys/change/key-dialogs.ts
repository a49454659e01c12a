import { onDemand } from "#components/ui/on-demand.tsx";

/** The code of each dialog is loaded when the user is about to open it. */
export const KEY_DIALOGS = {
  rename: onDemand(() =>
    import("#components/api-keys/change/rename-key-dialog.tsx").then((module) => module.RenameKeyDialog),
  ),
  note: onDemand(() => import("#components/api-keys/change/note-dialog.tsx").then((module) => module.NoteDialog)),
  rotate: onDemand(() =>
    import("#components/api-keys/change/rotate-key-dialog.tsx").then((module) => module.RotateKeyDialog),
  ),
  extend: onDemand(() =>
    import("#components/api-keys/change/extend-overlap-dialog.tsx").then((module) => module.ExtendOverlapDialog),
  ),
  editExpiry: onDemand(() =>
    import("#components/api-keys/change/edit-expiry-dialog.tsx").then((module) => module.EditExpiryDialog),
  ),
  restrict: onDemand(() =>
    import("#components/api-keys/restrictions/edit-restrictions-dialog.tsx").then(
      (module) => module.EditRestrictionsDialog,
    ),
  ),
  disable: onDemand(() =>
    import("#components/api-keys/change/disable-key-dialog.tsx").then((module) => module.DisableKeyDialog),
  ),
  enable: onDemand(() =>
    import("#components/api-keys/change/disable-key-dialog.tsx").then((module) => module.EnableKeyDialog),
  ),
  endOld: onDemand(() =>
    import("#components/api-keys/change/revoke-key-dialog.tsx").then((module) => module.EndOldKeyDialog),
  ),
  revoke: onDemand(() =>
    import("#components/api-keys/change/revoke-key-dialog.tsx").then((module) => module.RevokeKeyDialog),
  ),
  delete: onDemand(() =>
    import("#components/api-keys/change/delete-key-dialog.tsx").then((module) => module.DeleteKeyDialog),
  ),
};
export type KeyDialog = keyof typeof KEY_DIALOGS;
