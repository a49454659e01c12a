import { template } from "#lib/mail/letter.ts";

const SHOWN_MAX = 50;

/**
 * Takes the place of notices beyond the limit of an hour. `subjects` are read when it is delivered.
 */
export const digest = template<{ subjects: string[] }>({
  isSecurity: false,
  write: ({ subjects }) => ({
    subject: `${subjects.length} more ${subjects.length === 1 ? "notice" : "notices"} about your account`,
    paragraphs: [
      "A lot happened in your account within an hour, so this mail sums it up.",
      subjects
        .slice(0, SHOWN_MAX)
        .map((subject) => `• ${subject}`)
        .join("\n"),
      ...(subjects.length > SHOWN_MAX ? [`And ${subjects.length - SHOWN_MAX} more.`] : []),
    ],
    link: { label: "Open your activity", path: "/settings/activity" },
  }),
});
