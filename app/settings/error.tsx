"use client";

import { PageError } from "#components/frame/page-error.tsx";

/** Keeps the frame around a page that failed. */
export default PageError;
