import { ProviderIcon } from "#components/auth/provider-icon.tsx";
import { Button } from "#components/ui/button.tsx";
import { continueWithAction } from "#lib/actions/sign-in.ts";

type Props = { providers: { id: string; name: string }[]; next: string };

export function ProviderButtons({ providers, next }: Props) {
  if (providers.length === 0) return null;
  return (
    <div className="flex flex-col gap-2.5">
      {providers.map(({ id, name }) => (
        <form key={id} action={continueWithAction}>
          <input type="hidden" name="provider" value={id} />
          <input type="hidden" name="next" value={next} />
          <Button type="submit" className="w-full">
            <ProviderIcon id={id} />
            Continue with {name}
          </Button>
        </form>
      ))}
    </div>
  );
}
