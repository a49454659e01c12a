import { Notice } from "#components/ui/notice.tsx";

/**
 * Explains why a form is empty again. A browser without JavaScript has sent it to another version,
 * and the server has led the browser back to the page.
 */
export function NewVersionNotice({ path = "/" }: { path: string | undefined }) {
  const { searchParams } = new URL(path, "http://own.invalid");
  if (searchParams.get("notice") !== "new_version") return null;
  return (
    <div role="status">
      <Notice tone="warning">
        There is a new version of this page, and nothing was changed. Fill in the form again.
      </Notice>
    </div>
  );
}
