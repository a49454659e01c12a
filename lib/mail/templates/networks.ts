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
        "A key was used from a network that it was never used from before:",
        listWords(
          uses,
          ({ name, prefix, network, agent }) => `"${name}" (${prefix}…) from ${network}${agent ? ` by ${agent}` : ""}`,
        ),
        "If you moved a program, there is nothing to do. If you don't know the network, rotate or revoke the key.",
      ],
      link:
        names.size === 1
          ? { label: "Open the key", path: `/settings/developer/${first?.id}` }
          : { label: "Open the logs", path: "/settings/logs" },
    };
  },
});
