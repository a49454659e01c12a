import { Notice } from "#components/ui/notice.tsx";

/** For a browser without JavaScript whose form was of another version: the server has led it back to the page. */
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
