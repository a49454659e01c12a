import { useId } from "react";

type Props = { name: string; title: string; help: string; on: boolean };

/** A switch in a form of the account, with and without JavaScript. */
export function SettingSwitch({ name, title, help, on }: Props) {
  const id = useId();
  return (
    <label className="flex cursor-pointer items-start justify-between gap-4">
      <span className="min-w-0">
        <span id={`${id}-title`} className="font-medium">
          {title}
        </span>
        <span id={`${id}-help`} className="mt-0.5 block text-[0.8125rem] text-muted">
          {help}
        </span>
      </span>
      <input
        // Made anew when it was saved, because React keeps the first `defaultChecked`.
        key={String(on)}
        type="checkbox"
        name={name}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-help`}
        defaultChecked={on}
        className="switch mt-0.5"
      />
    </label>
  );
}
