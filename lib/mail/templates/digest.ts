import { template } from "#lib/mail/letter.ts";

const SHOWN_MAX = 50;

/** Replaces the notices beyond the hourly limit. `subjects` are read when it is delivered. */
export const digest = template<{ subjects: string[] }>({
  isSecurity: false,
  write: ({ subjects }) => ({
    subject: `${subjects.length} more ${subjects.length === 1 ? "notification" : "notifications"} about your account`,
    paragraphs: [
      "Your account had a lot of activity in an hour, so this email combines these notifications:",
      subjects
        .slice(0, SHOWN_MAX)
        .map((subject) => `• ${subject}`)
        .join("\n"),
      ...(subjects.length > SHOWN_MAX ? [`And ${subjects.length - SHOWN_MAX} more.`] : []),
    ],
    link: { label: "Open your activity", path: "/settings/activity" },
  }),
});
