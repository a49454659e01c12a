export type Report = {
  requests: number;
  statuses: Record<string, number>;
  faults: Record<string, number>;
  revocations: number;
  /**
   * Answers that a restriction rejected, by its name, and those that passed after a change
   * (`passed`).
   */
  restricted: Record<string, number>;
  /** Requests that an instance's own limit rejected while Redis was away. */
  limitedAlone: number;
  /** Broken promises, each in a sentence. */
  violations: string[];
};
