"use client";

import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { changeNoticesAction } from "#lib/actions/account.ts";
import { NOTICE_SETTINGS, NOTICES, type NoticeSetting } from "#lib/mail/model/notice-settings.ts";

const FIRST = { values: {} };

/** Turns email notices on and off, with and without JavaScript. */
export function NoticesForm({ muted }: { muted: NoticeSetting[] }) {
  const { state, pending, problems, props } = useServerForm(changeNoticesAction, FIRST, "notices", {});
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <ul className="flex flex-col gap-3">
        {NOTICE_SETTINGS.map((setting) => (
          <li key={setting}>
            <label className="flex cursor-pointer items-start justify-between gap-4">
              <span className="min-w-0">
                <span className="font-medium">{NOTICES[setting].title}</span>
                <span className="mt-0.5 block text-[0.8125rem] text-muted">{NOTICES[setting].help}</span>
              </span>
              <input
                // Remounts after a save, because React keeps the first `defaultChecked`.
                key={String(muted.includes(setting))}
                type="checkbox"
                name={setting}
                aria-label={NOTICES[setting].title}
                defaultChecked={!muted.includes(setting)}
                className="switch mt-0.5"
              />
            </label>
          </li>
        ))}
      </ul>
      <div className="flex items-center gap-3">
        <Button type="submit" pending={pending}>
          Save notifications
        </Button>
        <span role="status" className="text-[0.8125rem] text-muted">
          {state.done && "Notifications saved."}
        </span>
      </div>
    </form>
  );
}
