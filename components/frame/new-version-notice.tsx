import { Notice } from "#components/ui/notice.tsx";
import { requestedPath } from "#lib/http/response-status.ts";

/** For a browser without JavaScript whose form was of another version: the server has led it back to the page. */
export function NewVersionNotice() {
  const { searchParams } = new URL(requestedPath() ?? "/", "http://own.invalid");
  if (searchParams.get("notice") !== "new_version") return null;
  return (
    <div role="status">
      <Notice tone="warning">
        There is a new version of this page, and nothing was changed. Fill in the form again.
      </Notice>
    </div>
  );
}
