type Props = {
  name: string;
  label: string;
  options: { value: string; label: string }[];
} & ({ defaultValue: string } | { value: string; onChange: (value: string) => void });

/**
 * Offers a few choices side by side. They are radio buttons, which forms, keyboards and screen
 * readers know.
 */
export function SegmentedControl({ name, label, options, ...choice }: Props) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 font-medium">{label}</legend>
      <div className="flex flex-wrap gap-1 rounded-lg border border-line bg-sunken p-1">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex min-h-7.5 min-w-max flex-1 cursor-pointer items-center justify-center rounded-md px-2 text-[0.8125rem] text-muted transition-colors hover:text-ink has-checked:bg-surface has-checked:font-medium has-checked:text-ink has-checked:shadow-control has-focus-visible:outline-2 has-focus-visible:outline-accent forced-colors:has-checked:border"
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              {...("value" in choice
                ? { checked: option.value === choice.value, onChange: () => choice.onChange(option.value) }
                : { defaultChecked: option.value === choice.defaultValue })}
              className="sr-only"
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
