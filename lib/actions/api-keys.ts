"use server";

import { refresh } from "next/cache";
import { deleteApiKeys, readBulkEvidence, revokeApiKeys } from "#lib/api-keys/bulk.ts";
import { findApiKeyByHash } from "#lib/api-keys/list.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import {
  apiKeyId,
  confirmedSelection,
  createApiKeyInput,
  extendOverlapInput,
  keyHash,
  renameApiKeyInput,
  rotateApiKeyInput,
  selection,
} from "#lib/api-keys/schema.ts";
import { createApiKey, deleteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { err } from "#lib/result.ts";

/** The one answer that ever holds the key. The list is refreshed when its dialog closes, not while it is shown. */
export async function createApiKeyAction(input: unknown) {
  const user = await requireUser();
  const parsed = createApiKeyInput.safeParse(input);
  if (!parsed.success) return err("invalid");
  return createApiKey(user.id, parsed.data, { ...(await requestCaller()), sessionId: user.sessionId });
}

/** As for creating: the successor's one answer. */
export async function rotateApiKeyAction(input: unknown) {
  const user = await requireUser();
  const parsed = rotateApiKeyInput.safeParse(input);
  if (!parsed.success) return err("not_found");
  const caller = { ...(await requestCaller()), sessionId: user.sessionId };
  return rotateApiKey(user.id, parsed.data.id, parsed.data.overlap, caller);
}

export async function extendOverlapAction(input: unknown) {
  const user = await requireUser();
  const parsed = extendOverlapInput.safeParse(input);
  if (!parsed.success) return err("not_found");
  const extended = await extendOverlap(user.id, parsed.data.id, parsed.data.by, await requestCaller());
  refresh();
  return extended;
}

/** Finds a key by the hash that the browser has made of it: the key itself is never sent. */
export async function findApiKeyByHashAction(hash: unknown) {
  const user = await requireUser();
  const parsed = keyHash.safeParse(hash);
  return parsed.success ? findApiKeyByHash(user.id, parsed.data) : null;
}

export async function renameApiKeyAction(input: unknown) {
  const user = await requireUser();
  const parsed = renameApiKeyInput.safeParse(input);
  if (!parsed.success) return err("not_found");
  const renamed = await renameApiKey(user.id, parsed.data.id, parsed.data.name, await requestCaller());
  refresh();
  return renamed;
}

export async function revokeApiKeyAction(id: unknown) {
  const user = await requireUser();
  const parsed = apiKeyId.safeParse(id);
  if (!parsed.success) return err("not_found");
  const revoked = await revokeApiKey(user.id, parsed.data, await requestCaller());
  refresh();
  return revoked;
}

export async function deleteApiKeyAction(id: unknown) {
  const user = await requireUser();
  const parsed = apiKeyId.safeParse(id);
  if (!parsed.success) return err("not_found");
  const deleted = await deleteApiKey(user.id, parsed.data, await requestCaller());
  refresh();
  return deleted;
}

/** What there is to know of many keys before they are changed; null for what is no selection. */
export async function readBulkEvidenceAction(input: unknown) {
  const user = await requireUser();
  const parsed = selection.safeParse(input);
  return parsed.success ? readBulkEvidence(user.id, parsed.data, new Date()) : null;
}

export async function revokeApiKeysAction(input: unknown) {
  const user = await requireUser();
  const parsed = confirmedSelection.safeParse(input);
  if (!parsed.success) return err("selection_changed");
  const revoked = await revokeApiKeys(user.id, parsed.data, await requestCaller());
  refresh();
  return revoked;
}

export async function deleteApiKeysAction(input: unknown) {
  const user = await requireUser();
  const parsed = confirmedSelection.safeParse(input);
  if (!parsed.success) return err("selection_changed");
  const deleted = await deleteApiKeys(user.id, parsed.data, await requestCaller());
  refresh();
  return deleted;
}
