import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Time } from "#components/ui/time.tsx";
import type { ListedSession } from "#lib/accounts/sessions.ts";
import { endOtherSessionsAction, endSessionAction } from "#lib/actions/account.ts";

/** The browsers that are signed in. Plain forms, which need no JavaScript. */
export function SessionList({ sessions, current }: { sessions: ListedSession[]; current: string }) {
  return (
    <ul aria-label="Signed-in browsers" className="divide-y divide-line rounded-xl border border-line bg-surface">
      {sessions.map(({ id, address, userAgent, createdAt, lastSeenAt }) => (
        <li key={id} className="flex items-center justify-between gap-4 px-4 py-3">
          <div className="min-w-0">
            <p className="flex min-w-0 items-center gap-2">
              <bdi title={userAgent} className="truncate font-medium">
                {browserName(userAgent)}
              </bdi>
              {id === current && <Badge tone="success">This browser</Badge>}
            </p>
            <p className="text-[0.8125rem] text-muted">
              <span className="font-mono">{address || "unknown address"}</span> · seen <Time at={lastSeenAt} /> · signed
              in <Time at={createdAt} />
            </p>
          </div>
          {id !== current && (
            <form action={endSessionAction}>
              <input type="hidden" name="id" value={id} />
              <Button type="submit" size="small">
                Sign out
              </Button>
            </form>
          )}
        </li>
      ))}
    </ul>
  );
}

export function EndOtherSessions() {
  return (
    <form action={endOtherSessionsAction}>
      <Button type="submit" size="small">
        Sign out everywhere else
      </Button>
    </form>
  );
}

/** "Firefox on Windows", as far as the browser says it; else what it says. */
function browserName(userAgent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)(?:iOS)?\//.exec(userAgent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1];
  const words: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "macOS" };
  const name = (part: string) => words[part] ?? part;
  if (!browser) return userAgent || "Unknown browser";
  return system ? `${name(browser)} on ${name(system)}` : name(browser);
}
