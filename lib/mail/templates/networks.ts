import { template } from "#lib/mail/letter.ts";
import { listWords } from "#lib/mail/templates/key-words.ts";

type Use = { id: string; name: string; prefix: string; network: string; agent: string };

export const keyUsedFromNewNetwork = template<{ uses: Use[] }>({
  isSecurity: false,
  setting: "networks",
  write: ({ uses }) => {
    const names = new Set(uses.map(({ name }) => name));
    const [first] = uses;
    return {
      subject:
        names.size === 1
          ? `API key used from a new network: ${first?.name}`
          : `${names.size} API keys used from new networks`,
      paragraphs: [
        "A key was used from a network for the first time:",
        listWords(
          uses,
          ({ name, prefix, network, agent }) => `"${name}" (${prefix}…) from ${network}${agent ? ` by ${agent}` : ""}`,
        ),
        "If you recognize the network, you don't need to do anything. If you don't, rotate or revoke the key.",
      ],
      link:
        names.size === 1
          ? { label: "Open the key", path: `/settings/developer/${first?.id}` }
          : { label: "Open the logs", path: "/settings/logs" },
    };
  },
});
