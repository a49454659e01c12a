import { LockKeyhole } from "lucide-react";
import { SettingCard } from "#components/account/setting-card.tsx";
import { SignInMethod } from "#components/account/sign-in-method.tsx";
import { providerProblem } from "#components/auth/provider-problem.ts";
import { Badge } from "#components/ui/badge.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Link } from "#components/ui/link.tsx";
import { Notice } from "#components/ui/notice.tsx";

type Props = {
  methods: { id: string; name: string; linked: boolean }[];
  hasPassword: boolean;
  /** The server emails links that set a password. */
  emailsLinks: boolean;
  /** The outcome of a linking, as the provider's redirect puts it into the URL. */
  came: { linked: unknown; error: unknown };
};

/** Shows the password and the providers. At least one of them always stays. */
export function SignInMethods({ methods, hasPassword, emailsLinks, came: { linked, error } }: Props) {
  const fresh = methods.find((method) => method.linked && method.id === linked);
  return (
    <SettingCard title="Sign-in methods" note="Each of them is enough to sign in. The last one can't be removed.">
      <div className="mb-3 flex flex-col gap-3 empty:hidden">
        {fresh && (
          <div role="status">
            <Notice>{fresh.name} is linked. You can sign in with it now.</Notice>
          </div>
        )}
        {typeof error === "string" && <FormAlert>{providerProblem(error)}</FormAlert>}
      </div>
      <ul aria-label="Sign-in methods" className="divide-y divide-line">
        <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 pb-3">
          <span className="flex flex-wrap items-center gap-x-2.5">
            <LockKeyhole aria-hidden className="size-4 text-muted" />
            <span className="font-medium">Password</span>
            {hasPassword ? <Badge tone="success">Set</Badge> : <Badge>Not set</Badge>}
          </span>
          {!hasPassword && (
            <span className="text-[0.8125rem] text-muted">
              {emailsLinks ? (
                <>
                  To set one,{" "}
                  <Link href="/forgot-password" className="text-accent-ink underline underline-offset-3">
                    request a link
                  </Link>
                  .
                </>
              ) : (
                "The operator of this server can send you a link to set one."
              )}{" "}
              Setting a password unlinks the providers and signs you out.
            </span>
          )}
        </li>
        {methods.map((method) => (
          <SignInMethod key={method.id} {...method} hasPassword={hasPassword} />
        ))}
      </ul>
    </SettingCard>
  );
}
