"use client";

import { X } from "lucide-react";
import { type ComponentProps, type ComponentType, type MouseEvent, useEffect, useState } from "react";
import { Button, type ButtonLook, buttonClass } from "#components/ui/button.tsx";

/** Code that is loaded on demand. */
type Loadable = { load: () => Promise<void>; isLoaded: () => boolean };

/**
 * Wraps a component whose code is not part of the page's first load. It renders nothing until its
 * code is loaded. Unlike `lazy` of React it doesn't suspend, and loading can be retried after a
 * failure. Detached triggers of Base UI would bring 18 kB of compressed code with the page.
 */
export function onDemand<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> & Loadable {
  let Loaded: ComponentType<P> | undefined;
  let loading: Promise<void> | undefined;
  const start = async () => {
    try {
      Loaded = await load();
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  return Object.assign((props: P) => Loaded && <Loaded {...props} />, {
    isLoaded: () => Loaded !== undefined,
    load: () => {
      loading ??= start();
      return loading;
    },
  });
}

/**
 * Returns handlers that load `part` when the pointer or the focus reaches the element that opens
 * it.
 */
export function onIntent(part: Loadable): { onPointerEnter: () => void; onFocus: () => void } {
  const start = () => void part.load().catch(() => {});
  return { onPointerEnter: start, onFocus: start };
}

let idleLoads = Promise.resolve();

/**
 * Loads `part` when the page has loaded and the browser is idle. Loads one part after another, each
 * when the browser is idle again, so that the page responds in between.
 */
export function useIdleLoad(part: Pick<Loadable, "load">): void {
  useEffect(() => {
    const idle = () => new Promise<unknown>((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
    const start = () => {
      idleLoads = idleLoads
        .then(idle)
        .then(part.load)
        .catch(() => {});
    };
    if (document.readyState === "complete") return start();
    window.addEventListener("load", start, { once: true });
    return () => window.removeEventListener("load", start);
  }, [part]);
}

/**
 * Returns `demand`, which calls `then` when the code of a part is loaded: at once if it already is.
 */
export function useDemand() {
  const [state, setState] = useState<"pending" | "failed">();
  async function demand(part: Loadable, then: () => void) {
    if (!part.isLoaded()) {
      setState("pending");
      try {
        await part.load();
      } catch {
        return setState("failed");
      }
    }
    setState(undefined);
    then();
  }
  const failure = state === "failed" && <Failure onDismiss={() => setState(undefined)} />;
  return { demand, pending: state === "pending", failed: state === "failed", failure };
}

export type DemandButtonProps = Omit<ComponentProps<"button">, "onClick"> &
  ButtonLook & {
    /** The part that the button opens. */
    needs: Loadable;
    pending?: boolean;
    /** Called when the part is loaded. */
    onClick: (event: MouseEvent) => void;
  };

/**
 * A button that opens a part on demand. One press is enough, and the button shows progress while
 * the code loads.
 */
export function DemandButton({ needs, pending = false, onClick, ...button }: DemandButtonProps) {
  const demanded = useDemand();
  return (
    <>
      <Button
        {...button}
        {...onIntent(needs)}
        pending={pending || demanded.pending}
        onClick={(event) => demanded.demand(needs, () => onClick(event))}
      />
      {demanded.failure}
    </>
  );
}

function Failure({ onDismiss }: { onDismiss: () => void }) {
  return (
    <div
      role="alert"
      className="fixed right-4 bottom-4 z-50 flex w-[calc(100vw-2rem)] items-start gap-2 whitespace-normal rounded-xl bg-surface py-2 pr-2 pl-3.5 text-left shadow-overlay sm:right-6 sm:bottom-6 sm:w-96"
    >
      <p className="min-w-0 flex-1 py-1">
        This could not be loaded. Check your connection and try again, or reload the page: there may be a new version.
      </p>
      <button
        type="button"
        aria-label="Dismiss"
        onClick={onDismiss}
        className={buttonClass({ variant: "quiet", size: "icon" })}
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  );
}
