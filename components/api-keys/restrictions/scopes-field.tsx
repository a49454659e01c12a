"use client";

import { useId, useState } from "react";
import { scopeField } from "#components/api-keys/restrictions/restriction-draft.ts";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Notice } from "#components/ui/notice.tsx";
import type { RestrictionChoices } from "#lib/api-keys/restriction-choices.ts";

type Scope = RestrictionChoices["scopes"][number];

type Props = {
  /** Names, including permissions that no longer exist. */
  chosen: string[];
  onChange: (chosen: string[]) => void;
  offered: Scope[];
};

/** Edits the permissions of a key, with one checkbox each. */
export function ScopesField({ chosen, onChange, offered }: Props) {
  const titles = new Map(offered.map(({ name, title }) => [name, title]));
  // An unchecked one stays visible, so that the user can check it again before saving.
  const [had] = useState(chosen);
  const dropped = had.filter((name) => !titles.has(name));
  const toggle = (name: string, checked: boolean) =>
    onChange(checked ? [...chosen, name] : chosen.filter((other) => other !== name));
  const each = (scope: Pick<Scope, "name" | "title">, description: string) => (
    <ScopeChoice
      key={scope.name}
      {...scope}
      description={description}
      checked={chosen.includes(scope.name)}
      onChange={(checked) => toggle(scope.name, checked)}
    />
  );
  return (
    <fieldset className="-mt-2">
      <legend className="sr-only">What the key may do</legend>
      <div className="max-h-72 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {offered.map((scope) => {
          const implied = scope.implies.map((name) => titles.get(name) ?? name);
          const includes = implied.length > 0 ? ` Includes: ${implied.join(", ")}.` : "";
          return each(scope, scope.description + includes);
        })}
        {dropped.map((name) => each({ name, title: name }, "This permission no longer exists. It has no effect."))}
      </div>
      <div role="status" className="mt-2 empty:hidden">
        {chosen.length === 0 && (
          <Notice>
            Without permissions, the key can only read its own details (
            <code className="whitespace-nowrap font-mono">GET /api/v1/key</code>).
          </Notice>
        )}
      </div>
    </fieldset>
  );
}

type ChoiceProps = Pick<Scope, "name" | "title" | "description"> & {
  checked: boolean;
  onChange: (checked: boolean) => void;
};

function ScopeChoice({ name, title, description, checked, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div className="flex gap-3 px-3 py-2.5 text-[0.8125rem]">
      <span className="pt-px">
        <Checkbox
          id={id}
          name={scopeField(name)}
          aria-describedby={`${id}-description`}
          checked={checked}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      </span>
      <div className="min-w-0">
        <label htmlFor={id} className="block break-words font-medium">
          {title}
        </label>
        <p id={`${id}-description`} className="break-words text-muted">
          {description} {title !== name && <code className="font-mono text-xs">{name}</code>}
        </p>
      </div>
    </div>
  );
}
