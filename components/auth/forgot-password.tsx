/** Says whom to ask; opens without JavaScript. */
export function ForgotPassword({ supportUrl }: { supportUrl: string | undefined }) {
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer underline-offset-4 hover:underline">Forgot password?</summary>
      <p className="mt-2 text-neutral-600 dark:text-neutral-400">
        {supportUrl ? (
          <>
            <a className="underline" href={supportUrl}>
              Ask support
            </a>{" "}
            for a link with which you can choose a new one.
          </>
        ) : (
          "Ask whoever runs this server for a link with which you can choose a new one."
        )}
      </p>
    </details>
  );
}
