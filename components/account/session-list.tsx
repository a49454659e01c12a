"use client";

import { useEffect, useRef } from "react";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { counted } from "#components/ui/number.ts";
import { Time } from "#components/ui/time.tsx";
import { browserName } from "#lib/accounts/model/browser-name.ts";
import type { ListedSession } from "#lib/accounts/sessions.ts";
import { endSessionsAction } from "#lib/actions/account.ts";

const FORM = "active-sessions";
const FIRST = { values: {} };

/**
 * Lists the active sessions. It is one form, so that it works without JavaScript: the
 * pressed button's value says which session to end.
 */
export function SessionList({ sessions, current }: { sessions: ListedSession[]; current: string }) {
  const { state, pending, problems, props } = useServerForm(endSessionsAction, FIRST, FORM, { own_session: {} });
  const ended = state.done?.value;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // The pressed button is gone with its row.
    if (state.done) list.current?.focus();
  }, [state]);
  return (
    <form {...props} id={FORM} aria-busy={pending} className="transition-opacity aria-busy:opacity-60">
      <FormAlert>{problems.form}</FormAlert>
      <ul ref={list} tabIndex={-1} aria-label="Active sessions" className="divide-y divide-line outline-none">
        {sessions.map(({ id, address, userAgent, createdAt, lastSeenAt }) => (
          <li key={id} className="flex items-center justify-between gap-4 py-3 first:pt-0 last:pb-0">
            <div id={`session-${id}`} className="min-w-0">
              <p className="flex min-w-0 items-center gap-2">
                <bdi title={userAgent} className="truncate font-medium">
                  {browserName(userAgent)}
                </bdi>
                {id === current && <Badge tone="success">This browser</Badge>}
              </p>
              <p className="text-[0.8125rem] text-muted">
                <span className="font-mono">{address || "unknown address"}</span> · seen <Time at={lastSeenAt} /> ·
                signed in <Time at={createdAt} />
              </p>
            </div>
            {id !== current && (
              <Button type="submit" name="id" value={id} size="small" aria-describedby={`session-${id}`}>
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p role="status" className="mt-2 text-[0.8125rem] text-muted empty:hidden">
        {ended !== undefined && `${counted(ended, "session was", "sessions were")} signed out.`}
      </p>
    </form>
  );
}

export function EndOtherSessions() {
  return (
    <Button type="submit" form={FORM} name="id" value="others" size="small" className="mt-3">
      Sign out everywhere else
    </Button>
  );
}
