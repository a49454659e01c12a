import { template } from "#lib/mail/letter.ts";

export const keyCreated = template<{ id: string; name: string; environment: string }>({
  isSecurity: false,
  setting: "key_changes",
  write: ({ id, name, environment }) => ({
    subject: `API key created: ${name}`,
    paragraphs: [
      `The ${environment} key "${name}" was created in your account.`,
      "If this wasn't you, revoke the key and change your password.",
    ],
    link: { label: "Open the key", path: `/settings/developer/${id}` },
  }),
});
