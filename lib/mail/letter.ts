import type { NoticeSetting } from "#lib/mail/model/notice-settings.ts";

/** The words of an email: one purpose, one link. */
export type Letter = {
  subject: string;
  paragraphs: string[];
  /** `path` is on the dashboard, whose address is `PUBLIC_URL`. */
  link: { label: string; path: string };
};

export type Template<Data> = {
  /** The hourly limit never delays a security notice. */
  isSecurity: boolean;
  /** The switch on the account page that turns it off. Security notices have none. */
  setting?: NoticeSetting;
  /** How long an email is useful whose link expires. It isn't sent after that. */
  goodForHours?: number;
  /** Is sent to an unverified address. Only emails that verify it are. */
  toUnverified?: boolean;
  write(data: Data): Letter;
};

/** Defines a kind of email. `Data` is stored as JSON until delivery, so it holds no secret. */
export function template<Data extends object>(definition: Template<Data>): Template<Data> {
  return definition;
}
