"use client";

import { SettingSwitch } from "#components/account/setting-switch.tsx";
import { useServerForm } from "#components/frame/use-server-form.ts";
import { Button } from "#components/ui/button.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { changeNoticesAction } from "#lib/actions/account.ts";
import { NOTICE_SETTINGS, NOTICES, type NoticeSetting } from "#lib/mail/model/notice-settings.ts";

const FIRST = { values: {} };

/** Switches notices by mail on and off, with and without JavaScript. */
export function NoticesForm({ muted }: { muted: NoticeSetting[] }) {
  const { state, pending, problems, props } = useServerForm(changeNoticesAction, FIRST, "notices", {});
  return (
    <form {...props}>
      <FormAlert>{problems.form}</FormAlert>
      <ul className="flex flex-col gap-3">
        {NOTICE_SETTINGS.map((setting) => (
          <li key={setting}>
            <SettingSwitch name={setting} {...NOTICES[setting]} on={!muted.includes(setting)} />
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
