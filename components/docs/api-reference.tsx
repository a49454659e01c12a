import { Fragment, type ReactNode } from "react";
import { AnchoredHeading } from "#components/docs/docs-page.tsx";
import { DocsLink, InlineCode } from "#components/docs/docs-text.tsx";
import { highlight } from "#components/docs/highlight.ts";
import type { DescribedOperation } from "#components/docs/operations.ts";
import { Badge } from "#components/ui/badge.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";

/** Documents every route: parameters and responses on the left, code on the right. */
export function ApiReference({ operations }: { operations: DescribedOperation[] }) {
  return operations.map(({ id, summary, method, path, description, groups, errors, examples }) => (
    <section
      key={id}
      aria-labelledby={id}
      className="grid gap-x-12 gap-y-6 border-line border-t py-10 first-of-type:mt-10 lg:grid-cols-2"
    >
      <div className="min-w-0">
        <AnchoredHeading id={id} title={summary} />
        <p className="mt-2 flex flex-wrap items-center gap-2">
          <Badge tone="accent">{method}</Badge>
          <code className="break-all font-mono text-[0.8125rem]">{path}</code>
        </p>
        {description && <p className="mt-3 text-pretty text-muted">{withCode(description)}</p>}
        {groups.map((group) => (
          <Fields key={group.title} {...group} />
        ))}
        <Errors errors={errors} />
      </div>
      <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-20 lg:self-start">
        {examples.map(({ title, language, code }) => (
          <CodeBlock key={title} label={title} code={code} html={highlight(code, language)} />
        ))}
      </div>
    </section>
  ));
}

function Errors({ errors }: Pick<DescribedOperation, "errors">) {
  return (
    <>
      <h3 className="mt-6 font-medium">Errors</h3>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1.5 text-[0.8125rem]">
        {errors.map(({ status, code }) => (
          <li key={code} className="wrap-anywhere">
            <DocsLink href="/docs/errors#all-codes">
              {status} {code}
            </DocsLink>
          </li>
        ))}
      </ul>
    </>
  );
}

function Fields({ title, note, fields }: DescribedOperation["groups"][number]) {
  return (
    <>
      <h3 className="mt-6 font-medium">{title}</h3>
      {note && <p className="mt-1 text-muted">{note}</p>}
      {fields.length > 0 && (
        <dl className="mt-2 divide-y divide-line rounded-xl border border-line bg-surface text-[0.8125rem]">
          {fields.map(({ name, type, note, required, description }) => (
            <div key={name} className="px-4 py-3">
              <dt className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
                <code className="break-all font-medium font-mono">{name}</code>
                <span className="text-muted">{type}</span>
                {note && <span className="text-muted">{note}</span>}
                {required && <Badge tone="warning">required</Badge>}
              </dt>
              {description && <dd className="mt-1 text-pretty text-muted">{withCode(description)}</dd>}
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

/** Shows text between backticks as code. */
function withCode(text: string): ReactNode {
  return text
    .split("`")
    .map((part, i) => <Fragment key={part + String(i)}>{i % 2 ? <InlineCode>{part}</InlineCode> : part}</Fragment>);
}
