export type Report = {
  requests: number;
  statuses: Record<string, number>;
  faults: Record<string, number>;
  revocations: number;
  /** Requests that an instance's own limit rejected while Redis was away. */
  limitedAlone: number;
  /** Broken promises, each in a sentence. */
  violations: string[];
};
