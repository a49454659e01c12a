import { continueWithAction } from "#lib/actions/accounts.ts";

type Props = { providers: { id: string; name: string }[]; next: string };

export function ProviderButtons({ providers, next }: Props) {
  return providers.map(({ id, name }) => (
    <form key={id} action={continueWithAction}>
      <input type="hidden" name="provider" value={id} />
      <input type="hidden" name="next" value={next} />
      <button
        type="submit"
        className="h-10 w-full rounded-md border border-neutral-300 px-4 font-medium dark:border-neutral-700"
      >
        Continue with {name}
      </button>
    </form>
  ));
}
