import type { NoticeSetting } from "#lib/mail/model/notice-settings.ts";

/** A mail in words: one purpose, one link. */
export type Letter = {
  subject: string;
  paragraphs: string[];
  /** `path` is on the dashboard, whose address is `PUBLIC_URL`. */
  link: { label: string; path: string };
};

export type Template<Data> = {
  /** A security notice is never held back by the limit of an hour. */
  isSecurity: boolean;
  /** The switch of the account page that turns it off. Security notices have none. */
  setting?: NoticeSetting;
  /** For a mail whose link ends: when it says nothing useful any more. */
  goodForHours?: number;
  /** Goes to an address before it is verified. Only mails that verify it do. */
  toUnverified?: boolean;
  write(data: Data): Letter;
};

/**
 * Defines a kind of mail. `Data` is stored as JSON until the mail is delivered, so it has no
 * secret.
 */
export function template<Data extends object>(definition: Template<Data>): Template<Data> {
  return definition;
}
