import type { MarkedToken, Token, Tokens } from "marked";
import { Fragment, type ReactNode } from "react";
import { DocsLink, InlineCode } from "#components/docs/docs-text.tsx";
import { highlight } from "#components/docs/highlight.ts";
import { LANGUAGES, type Language } from "#components/request-examples/language.ts";
import { RequestTabs } from "#components/request-examples/request-tabs.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";

type Props = { tokens: Token[] };

/**
 * Shows Markdown. Blocks of code that follow one another are one example in several languages.
 *
 * @throws {Error} for Markdown that the documentation doesn't use, such as HTML.
 */
export function Markdown({ tokens }: Props): ReactNode {
  return groupCode(tokens).map((group, i) => {
    const [first] = group;
    const key = `${i} ${first?.raw.slice(0, 40)}`;
    if (group.length > 1) return <Tabs key={key} blocks={group as Tokens.Code[]} />;
    return <Fragment key={key}>{first && showToken(first as MarkedToken)}</Fragment>;
  });
}

function groupCode(tokens: Token[]): Token[][] {
  const groups: Token[][] = [];
  for (const token of tokens.filter(({ type }) => type !== "space")) {
    const last = groups.at(-1);
    if (token.type === "code" && last?.[0]?.type === "code") last.push(token);
    else groups.push([token]);
  }
  return groups;
}

function showToken(token: MarkedToken): ReactNode {
  switch (token.type) {
    case "text":
    case "paragraph": {
      const text = token.tokens ? <Markdown tokens={token.tokens} /> : token.text;
      return token.type === "paragraph" ? <p>{text}</p> : text;
    }
    case "escape":
      return token.text;
    case "strong":
      return <strong className="font-medium">{token.text}</strong>;
    case "codespan":
      return <InlineCode>{token.text}</InlineCode>;
    case "link":
      return <DocsLink href={token.href}>{token.text}</DocsLink>;
    case "heading":
      return <h3 className="mt-3 font-medium">{token.text}</h3>;
    case "list":
      return <List {...token} />;
    case "code":
      return <Code {...token} />;
    case "table":
      return <Table {...token} />;
    case "blockquote":
      return <Warning {...token} />;
    default:
      throw new Error(`The documentation has no style for ${token.type}: ${token.raw}`);
  }
}

function List({ ordered, items }: Tokens.List) {
  const Tag = ordered ? "ol" : "ul";
  return (
    <Tag className={`space-y-1.5 pl-5 marker:text-muted ${ordered ? "list-decimal" : "list-disc"}`}>
      {items.map(({ raw, tokens }) => (
        <li key={raw}>
          <Markdown tokens={tokens} />
        </li>
      ))}
    </Tag>
  );
}

/** Reads what stands after the backticks, such as `python title="generate.py"`. */
function infoOf({ lang = "" }: Tokens.Code): { language: string; title: string } {
  const [, language = "", title = ""] = /^(\w+) title="(.*)"$/.exec(lang) ?? [];
  return { language, title };
}

function Code(block: Tokens.Code) {
  const { language, title } = infoOf(block);
  return <CodeBlock label={title} code={block.text} html={highlight(block.text, language)} />;
}

/** Shows the blocks in the order of `LANGUAGES`, which is theirs. */
function Tabs({ blocks }: { blocks: Tokens.Code[] }) {
  const byLanguage = (show: (block: Tokens.Code) => string) =>
    Object.fromEntries(blocks.map((block, i) => [LANGUAGES[i], show(block)])) as Record<Language, string>;
  return (
    <RequestTabs
      examples={byLanguage(({ text }) => text)}
      html={byLanguage((block) => highlight(block.text, infoOf(block).language))}
    />
  );
}

function Table({ header, rows }: Tokens.Table) {
  const head = header.map(({ text }) => text);
  return (
    <ReadingTable
      label={`${head[0]} table`}
      head={head}
      rows={rows.map((cells) => ({
        key: cells[0]?.text ?? "",
        cells: cells.map(({ text, tokens }) => <Markdown key={text} tokens={tokens} />),
      }))}
    />
  );
}

/** Shows a warning in GitHub's notation: `> [!WARNING]`. */
function Warning({ tokens, text }: Tokens.Blockquote) {
  const [paragraph] = tokens;
  const warning = /^\[!WARNING\]\n/;
  if (paragraph?.type !== "paragraph" || !warning.test(text)) throw new Error(`Not a warning: ${text}`);
  const [first, ...rest] = paragraph.tokens ?? [];
  const begin = { ...first, text: first?.raw.replace(warning, "") } as Tokens.Text;
  return (
    <Notice tone="warning">
      <Markdown tokens={[begin, ...rest]} />
    </Notice>
  );
}
