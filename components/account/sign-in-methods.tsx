import { LockKeyhole } from "lucide-react";
import { SignInMethod } from "#components/account/sign-in-method.tsx";
import { providerProblem } from "#components/auth/provider-problem.ts";
import { Badge } from "#components/ui/badge.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Section } from "#components/ui/section.tsx";

type Props = {
  methods: { id: string; name: string; linked: boolean }[];
  hasPassword: boolean;
  /** What came of a way through a provider, as the address says. */
  came: { linked: unknown; error: unknown };
};

/** The password and the providers, one of which always stays. */
export function SignInMethods({ methods, hasPassword, came: { linked, error } }: Props) {
  const fresh = methods.find((method) => method.linked && method.id === linked);
  return (
    <Section title="Sign-in methods" note="Each of them alone lets you in. The last one can't be removed.">
      <div className="mb-3 flex flex-col gap-3 empty:hidden">
        {fresh && (
          <div role="status">
            <Notice>{fresh.name} is linked: you can sign in with it from now on.</Notice>
          </div>
        )}
        {typeof error === "string" && <FormAlert>{providerProblem(error)}</FormAlert>}
      </div>
      <ul aria-label="Sign-in methods" className="divide-y divide-line rounded-xl border border-line bg-surface">
        <li className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-3">
          <span className="flex items-center gap-2.5">
            <LockKeyhole aria-hidden className="size-4 text-muted" />
            <span className="font-medium">Password</span>
            {hasPassword ? <Badge tone="success">Set</Badge> : <Badge>Not set</Badge>}
          </span>
          {!hasPassword && (
            <span className="text-[0.8125rem] text-muted">
              Whoever runs this server can send you a link to choose one.
            </span>
          )}
        </li>
        {methods.map((method) => (
          <SignInMethod key={method.id} {...method} hasPassword={hasPassword} />
        ))}
      </ul>
    </Section>
  );
}
