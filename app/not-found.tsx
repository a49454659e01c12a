import { TopBar } from "#components/frame/top-bar.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";

export const metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <>
      <TopBar />
      <main id="content" className="grid flex-1 place-items-center px-4 py-24">
        <div className="flex max-w-md flex-col items-center gap-2 text-center">
          <h1 className="font-semibold text-xl tracking-tight">Page not found</h1>
          <p className="text-balance text-muted">We couldn't find that page.</p>
          <Link href="/" className={buttonClass({}, "mt-4")}>
            Back to your settings
          </Link>
        </div>
      </main>
    </>
  );
}
