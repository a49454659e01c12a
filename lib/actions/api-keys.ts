"use server";

import { z } from "zod";
import { type ActingUser, userAction } from "#lib/actions/user-action.ts";
import { deleteApiKeys, readUsageSummary, restoreApiKeys, revokeApiKeys, setDisabledKeys } from "#lib/api-keys/bulk.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { findApiKeyByHash, listApiKeys } from "#lib/api-keys/list.ts";
import { DEFAULT_VIEW } from "#lib/api-keys/model/list-view.ts";
import { changeRestrictionsInput, createRestrictedKeyInput } from "#lib/api-keys/model/restrictions-schema.ts";
import {
  apiKeyId,
  changeExpiryInput,
  confirmedSelection,
  extendOverlapInput,
  keyHash,
  newKeyInput,
  noteApiKeyInput,
  renameApiKeyInput,
  rotateApiKeyInput,
  selection,
  warningKind,
} from "#lib/api-keys/model/schema.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { readRestrictionChoices } from "#lib/api-keys/restriction-choices.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, deleteApiKey, noteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { reportOwnLeak } from "#lib/leaks/report-leaks.ts";
import { ok } from "#lib/result.ts";

const noRefresh = { refreshes: false };

/** Returns the caller of a change that must not be made after the session has ended. */
const inSession = ({ caller, sessionId }: ActingUser) => ({ ...caller, sessionId });

/** Answers with the secret, once. The list is refreshed when its dialog closes. */
export const createApiKeyAction = userAction(
  createRestrictedKeyInput,
  (user, input) => createApiKey(user.userId, input, inSession(user)),
  noRefresh,
);

/** Answers with the decoy's secret, once. */
export const createDecoyAction = userAction(
  newKeyInput,
  (user, input) => createApiKey(user.userId, { ...input, expiry: { type: "never" }, decoy: true }, inSession(user)),
  noRefresh,
);

/** Answers with the successor's secret, once. */
export const rotateApiKeyAction = userAction(
  rotateApiKeyInput,
  (user, { id, overlap, expiry }) => rotateApiKey(user.userId, id, overlap, inSession(user), expiry),
  noRefresh,
);

export const extendOverlapAction = userAction(extendOverlapInput, (user, { id, by }) =>
  extendOverlap(user.userId, id, by, user.caller),
);

export const changeExpiryAction = userAction(changeExpiryInput, (user, { id, expiry }) =>
  changeExpiry(user.userId, id, expiry, inSession(user)),
);

export const changeRestrictionsAction = userAction(changeRestrictionsInput, (user, { id, restrictions, seen }) =>
  changeRestrictions(user.userId, id, restrictions, inSession(user), seen),
);

/** Reads what the form of restrictions offers, for a key or for a new one. */
export const readRestrictionChoicesAction = userAction(
  apiKeyId.nullable(),
  async (user, id) => ok(await readRestrictionChoices(user.userId, id)),
  noRefresh,
);

export const disableApiKeyAction = userAction(apiKeyId, (user, id) =>
  setDisabled(user.userId, id, "disabled", inSession(user)),
);

export const enableApiKeyAction = userAction(apiKeyId, (user, id) =>
  setDisabled(user.userId, id, "enabled", inSession(user)),
);

/** Finds a key by the hash that the browser computes: the key itself is never sent. */
export const findApiKeyByHashAction = userAction(
  keyHash,
  async (user, hash) => ok(await findApiKeyByHash(user.userId, hash)),
  noRefresh,
);

export const renameApiKeyAction = userAction(renameApiKeyInput, (user, { id, name }) =>
  renameApiKey(user.userId, id, name, user.caller),
);

export const noteApiKeyAction = userAction(noteApiKeyInput, (user, { id, note }) =>
  noteApiKey(user.userId, id, note, user.caller),
);

export const revokeApiKeyAction = userAction(apiKeyId, (user, id) => revokeApiKey(user.userId, id, user.caller));

/** The user found the key in public. */
export const reportLeakedApiKeyAction = userAction(apiKeyId, (user, id) => reportOwnLeak(user.userId, id, user.caller));

export const deleteApiKeyAction = userAction(apiKeyId, (user, id) => deleteApiKey(user.userId, id, user.caller));

/** Finds the first keys that a warning is about. */
export const findKeysWithWarningAction = userAction(
  warningKind,
  async (user, finding) => ok((await listApiKeys(user.userId, { ...DEFAULT_VIEW, finding }, new Date())).rows),
  noRefresh,
);

/** Reads the usage summary of many keys before they are changed. */
export const readBulkEvidenceAction = userAction(
  selection,
  async (user, keys) => ok(await readUsageSummary(user.userId, keys, new Date())),
  noRefresh,
);

export const revokeApiKeysAction = userAction(confirmedSelection, (user, keys) =>
  revokeApiKeys(user.userId, keys, user.caller),
);

export const deleteApiKeysAction = userAction(confirmedSelection, (user, keys) =>
  deleteApiKeys(user.userId, keys, user.caller),
);

/** Undoes a deletion, by the instant that it answered with. The keys stay revoked. */
export const restoreApiKeysAction = userAction(z.date(), (user, deletedAt) =>
  restoreApiKeys(user.userId, deletedAt, user.caller),
);

export const disableApiKeysAction = userAction(confirmedSelection, (user, keys) =>
  setDisabledKeys(user.userId, keys, "disabled", inSession(user)),
);

export const enableApiKeysAction = userAction(confirmedSelection, (user, keys) =>
  setDisabledKeys(user.userId, keys, "enabled", inSession(user)),
);
