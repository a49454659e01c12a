import { Link } from "#components/ui/link.tsx";

type Props = { supportUrl: string | undefined };

/** Links to the form that emails a reset link, or says whom to ask. Works without JavaScript. */
export function ForgotPassword({ supportUrl, mail }: Props & { mail: boolean }) {
  if (mail)
    return (
      <Link
        href="/forgot-password"
        className="w-fit rounded text-[0.8125rem] text-muted underline-offset-4 hover:text-ink hover:underline"
      >
        Forgot password?
      </Link>
    );
  return (
    <details className="text-[0.8125rem] text-muted">
      <summary className="w-fit list-none rounded underline-offset-4 hover:text-ink hover:underline [&::-webkit-details-marker]:hidden">
        Forgot password?
      </summary>
      <p className="mt-2 rounded-lg bg-sunken px-3 py-2.5">
        <AskForLink supportUrl={supportUrl} />
      </p>
    </details>
  );
}

export function AskForLink({ supportUrl }: Props) {
  if (!supportUrl) return "Ask the operator of this server for a link to choose a new password.";
  return (
    <>
      <a className="font-medium text-accent-ink underline underline-offset-4" href={supportUrl}>
        Ask support
      </a>{" "}
      for a link to choose a new password.
    </>
  );
}
