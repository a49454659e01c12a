export type Report = {
  requests: number;
  statuses: Record<string, number>;
  faults: Record<string, number>;
  revocations: number;
  /**
   * The number of requests that each restriction rejected, and that succeeded after a change
   * (`passed`).
   */
  restricted: Record<string, number>;
  /** Requests that an instance's own limit rejected while Redis was away. */
  limitedAlone: number;
  /** Broken promises, each in a sentence. */
  violations: string[];
};
