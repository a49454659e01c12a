"use client";

import { PageError } from "#components/frame/page-error.tsx";

export default function ErrorPage(props: { error: Error; retry: () => void }) {
  return (
    <main id="content" className="flex-1 px-4">
      <PageError {...props} />
    </main>
  );
}
