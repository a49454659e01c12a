export function OrDivider() {
  return (
    <div className="flex items-center gap-3 text-neutral-600 text-sm before:h-px before:flex-1 before:bg-neutral-200 after:h-px after:flex-1 after:bg-neutral-200 dark:text-neutral-400 dark:after:bg-neutral-800 dark:before:bg-neutral-800">
      or
    </div>
  );
}
