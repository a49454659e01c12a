/** Says whom to ask for a password link. Works without JavaScript. */
export function ForgotPassword({ supportUrl }: { supportUrl: string | undefined }) {
  return (
    <details className="text-[0.8125rem] text-muted">
      <summary className="w-fit list-none rounded underline-offset-4 hover:text-ink hover:underline [&::-webkit-details-marker]:hidden">
        Forgot password?
      </summary>
      <p className="mt-2 rounded-lg bg-sunken px-3 py-2.5">
        {supportUrl ? (
          <>
            <a className="font-medium text-accent-ink underline underline-offset-4" href={supportUrl}>
              Ask support
            </a>{" "}
            for a link with which you can choose a new one.
          </>
        ) : (
          "Ask the operator of this server for a link with which you can choose a new one."
        )}
      </p>
    </details>
  );
}
