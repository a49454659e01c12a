/** A clapperboard's stripe over a frame: the take, and the key's notch. */
export function Wordmark() {
  return (
    <span className="flex items-center gap-2 font-semibold text-[0.9375rem] tracking-[-0.02em]">
      <svg aria-hidden viewBox="0 0 20 20" className="size-5">
        <rect width="20" height="20" rx="5.5" className="fill-accent" />
        <path
          d="M5 8.4 14.6 5.9M5 10.2h10v4.3a.8.8 0 0 1-.8.8H5.8a.8.8 0 0 1-.8-.8z"
          fill="none"
          stroke="#fff"
          strokeWidth="1.7"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      </svg>
      <span className="@max-[22rem]:sr-only">GoodTake</span>
    </span>
  );
}
